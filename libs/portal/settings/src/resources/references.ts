import { Injectable } from '@nestjs/common';

export interface Option {
  value: string;
  label: string;
}
/** What a reference can point at. */
export interface ReferenceSource {
  /** In the order in which they are offered; those of `chosen` are among them as long as they are there, however many there are. */
  options(locale: string, chosen: readonly string[]): Promise<readonly Option[]>;
}

/** A kind of thing that fields refer to by id, such as agents or companies. Whoever keeps those things fills it. */
export class Reference {
  constructor(readonly name: string) {}
}

/** Where the things are that fields refer to. */
@Injectable()
export class References {
  private readonly sources = new Map<Reference, ReferenceSource>();

  /** Call when the module starts that keeps the things. */
  fill(reference: Reference, source: ReferenceSource): void {
    this.sources.set(reference, source);
  }

  options(reference: Reference, locale: string, chosen: readonly string[] = []): Promise<readonly Option[]> {
    const source = this.sources.get(reference);
    if (!source) throw new Error(`Nobody has filled the reference to ${reference.name}`);
    return source.options(locale, chosen);
  }
}
