import { Slot } from '@foyer/slots';

export interface Option {
  value: string;
  label: string;
}
/** In the order in which they are offered; those of `chosen` are among them as long as they are there, however many there are. */
export type FindOptions = (locale: string, chosen: readonly string[]) => Promise<readonly Option[]>;

/** A kind of thing that fields refer to by id, such as agents or companies. Whoever keeps those things fills it. */
export type Reference = Slot<FindOptions>;

/** What a reference can point at, those of `chosen` among it. */
export type Offering = (reference: Reference, chosen: readonly string[]) => Promise<readonly Option[]>;

export const declareReference = (name: string): Reference => new Slot(name);

/** Of the portal, by their tags. */
export const languageReference = declareReference('languages');
