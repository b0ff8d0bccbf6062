import { type DomainError, holds } from '@foyer/access';
import type { MessageValues } from '@foyer/i18n';
import type { FoyerRequest } from './request.js';

/** What an error says to whoever is asking, as names of messages. */
export interface Words {
  code: string;
  values: MessageValues;
  wayOut: { href: string; label: string } | null;
}

/**
 * The team's words for the team, with the way out for whoever may take it; for everybody else the words that are for them, which
 * can name the address to write to as `email` (`none` where the operator gives none).
 */
export function wordsFor({ code, values, forOthers, wayOut }: DomainError, { foyer }: FoyerRequest): Words {
  const isTeam = foyer.principal?.isTeam === true;
  if (forOthers === null || isTeam)
    return {
      ...{ code, values },
      wayOut: wayOut && isTeam && holds(foyer.principal!.actor.ability, 'manage', 'Settings') ? wayOut : null,
    };
  return { code: forOthers, values: { ...values, email: foyer.site?.supportEmail ?? 'none' }, wayOut: null };
}
