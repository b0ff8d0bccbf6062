import { z } from 'zod';
import { seal, unseal } from '@foyer/credentials';
import { currentTenant } from '@foyer/tenancy';
import type { Visit } from '@foyer/web';
import type { CollectionItem } from '../section.js';
import type { Leaf } from './fields.js';
import type { Resource } from './resource.js';

const HOURS = 1;
type Of = Pick<Resource<CollectionItem>, 'name' | 'about'>;

/**
 * Secrets typed into a page that is shown again, with a row more or with a message: they go along with it, sealed for whoever typed
 * them there, for an hour. In the page they never stand.
 */
export class TypedSecrets {
  constructor(private readonly secretKey: string) {}

  /** By their controls, what was typed, on this page or the one before. */
  said(visit: Visit, list: Of, itemId: string | null): Record<string, string> {
    const sent = visit.posted(z.looseObject({}));
    const said = this.secretsOf(list).map(({ control }) => {
      const before = () => this.opened(sent.secret(`${control}_token`), purposeOf(visit, list, itemId, control));
      return [control, sent.secret(control) || before()] as const;
    });
    return Object.fromEntries(said.filter(([, secret]) => secret !== ''));
  }

  /** The same for the page to take along. */
  along(visit: Visit, list: Of, itemId: string | null): Record<string, string> {
    const until = Date.now() + HOURS * 3_600_000;
    return Object.fromEntries(
      Object.entries(this.said(visit, list, itemId)).map(([control, secret]) => [
        control,
        seal(this.secretKey, purposeOf(visit, list, itemId, control), JSON.stringify([until, secret])),
      ]),
    );
  }

  private opened(sealed: string, purpose: string): string {
    const content = sealed && unseal(this.secretKey, purpose, sealed);
    if (!content) return '';
    const [until, secret] = JSON.parse(content) as [number, string];
    return until > Date.now() ? secret : '';
  }

  private secretsOf({ about }: Of): readonly Leaf[] {
    return about.leaves.filter(({ field }) => field.sealedFor);
  }
}

const purposeOf = ({ actor }: Visit, { name }: Of, itemId: string | null, control: string): string =>
  `typed ${currentTenant().id} ${name} ${itemId} ${control} ${actor.id}`;
