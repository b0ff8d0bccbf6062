/** A page by another template than the handler's own. */
export class OtherView {
  constructor(
    readonly template: string,
    readonly view: object,
    readonly status = 200,
  ) {}
}
export const show = (template: string, view: object = {}, status?: number): OtherView =>
  new OtherView(template, view, status);
