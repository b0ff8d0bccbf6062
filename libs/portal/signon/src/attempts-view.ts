import { Injectable } from '@nestjs/common';
import type { Visit } from '@foyer/web';
import { Attempts } from './attempts.js';
import type { Connection } from './connection-book.js';
import { GroupRows } from './group-rows.js';
import { pathOf } from './paths.js';

const TONES = { in: 'good', tried: 'info', refused: 'bad' } as const;

/** Who came by a connection lately, for those who look after it. */
@Injectable()
export class AttemptsView {
  constructor(
    private readonly attempts: Attempts,
    private readonly rows: GroupRows,
  ) {}

  async of(visit: Visit, connection: Connection) {
    const roleName = await this.rows.roleNames(visit, connection.companyId);
    return {
      heading: visit.t('signon.attempts.title'),
      lead: visit.t('signon.attempts.lead', { name: connection.name }),
      back: { href: pathOf(visit.actor, connection), label: connection.name },
      tryHref: `/sign-in/with/${connection.id}?trial=1`,
      attempts: (await this.attempts.of(connection.id)).map(({ outcome, reason, check, steps, ...attempt }) => ({
        ...attempt,
        outcome: visit.t(`signon.outcome.${outcome}`),
        tone: TONES[outcome],
        reason: reason && visit.t(`signon.refused.${reason}`),
        check,
        steps: steps.map(({ what, role }) => {
          const tense = outcome === 'in' ? 'did' : 'would';
          return visit.t(`signon.${tense}.${what}`, role === undefined ? {} : { role: roleName(role) });
        }),
        attributes: attempt.attributes.map(([name, value]) => ({ name, value })),
      })),
    };
  }
}
