import { Injectable } from '@nestjs/common';
import { apart, PlatformDatabase } from '@foyer/database';
import { folded } from '@foyer/i18n';
import { slug } from './slug.js';

const ENDINGS = ['', '-support', '-help', '-portal', '-2', '-3', '-4', '-5'];

/** Addresses that a portal can still have. */
@Injectable()
export class Addresses {
  constructor(private readonly platform: PlatformDatabase) {}

  /** What is wrong with an address somebody wants, as a message key; null when it can be had. */
  async problem(wanted: string): Promise<string | null> {
    const parsed = slug.safeParse(wanted);
    if (!parsed.success) return parsed.error.issues[0]!.message;
    return (await this.free([parsed.data])).length === 1 ? null : 'tenants.slug.taken';
  }

  /** A free address that says the business's name as its language spells it in plain letters; null where its letters make none. */
  async suggestion(business: string, locale: string): Promise<string | null> {
    const base = folded(spelt(business, locale))
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 31)
      .replace(/^-+|-+$/g, '');
    const possible = ENDINGS.map((ending) => base + ending).filter((each) => slug.safeParse(each).success);
    const free = await this.free(possible);
    return possible.find((each) => free.includes(each)) ?? null;
  }

  private async free(slugs: string[]): Promise<string[]> {
    if (slugs.length === 0) return [];
    const taken = await apart(() =>
      this.platform.read((em) =>
        em.execute<{ slug: string }[]>('select slug from platform.tenant where slug in (?)', [slugs]),
      ),
    );
    return slugs.filter((each) => !taken.some((row) => row.slug === each));
  }
}

/** German writes an umlaut without the letter as two: Grünwald is gruenwald, not grunwald. */
const UMLAUTS: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue' };
const spelt = (name: string, locale: string): string =>
  locale.split('-')[0] === 'de'
    ? name
        .normalize('NFC')
        .toLowerCase()
        .replace(/[äöü]/g, (letter) => UMLAUTS[letter]!)
    : name;
