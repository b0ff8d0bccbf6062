/** A page by another template than the handler's own. */
export class OtherView {
  constructor(
    readonly template: string,
    readonly view: object,
    readonly status = 200,
    /** The form that was answered with it, sent again, is answered with the same page and does nothing. */
    readonly kept = false,
  ) {}
}
export const show = (template: string, view: object = {}, status?: number): OtherView =>
  new OtherView(template, view, status);

/** What a form has made and nobody can look up later, such as a key: a reload of the page makes no other one. */
export const showMade = (template: string, view: object): OtherView => new OtherView(template, view, 200, true);
