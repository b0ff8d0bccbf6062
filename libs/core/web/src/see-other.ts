export type FlashKind = 'good' | 'bad' | 'info';

/** "It is done; look there": the answer to a successful post. `flash` is a message key shown on the next page. */
export class SeeOther {
  constructor(
    readonly location: string,
    readonly flash?: { kind: FlashKind; key: string },
  ) {}
}
export const seeOther = (location: string, flash?: string, kind: FlashKind = 'good'): SeeOther =>
  new SeeOther(location, flash ? { kind, key: flash } : undefined);
