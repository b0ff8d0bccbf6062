import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { sign, signatureMatches } from '@foyer/credentials';
import { Problem } from '@foyer/web';

/** Which list it is: of what, and asked for what. */
export interface Listing {
  path: string;
  params: unknown;
  query: Record<string, unknown>;
}
const PRINT = 22;

/** Where lists go on. A cursor is worth nothing for another list, filter or order, and nothing once it is damaged. */
@Injectable()
export class Cursors {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  cursorOf(listing: Listing, place: string): string {
    return Buffer.from(`${this.printOf(listing, place)}${place}`).toString('base64url');
  }

  /** @throws Problem where the cursor is not one of this list */
  placeOf(listing: Listing, cursor: unknown): string | null {
    if (typeof cursor !== 'string') return null;
    const text = Buffer.from(cursor, 'base64url').toString();
    const place = text.slice(PRINT);
    if (!signatureMatches(this.printOf(listing, place), text.slice(0, PRINT))) throw new Problem(400, 'cursor-wrong');
    return place;
  }

  private printOf({ path, params, query }: Listing, place: string): string {
    const asked = Object.entries(query)
      .filter(([name, value]) => name !== 'cursor' && name !== 'limit' && value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return sign(this.config.secretKey, 'cursor of the API', JSON.stringify([path, params, asked, place])).slice(
      0,
      PRINT,
    );
  }
}
