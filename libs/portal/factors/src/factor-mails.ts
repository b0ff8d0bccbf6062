import { Injectable } from '@nestjs/common';
import { OnEvent } from '@foyer/events';
import { type About, type Notice, Notices } from '@foyer/notify';
import { currentTenant } from '@foyer/tenancy';
import { FactorAdded, FactorRemoved, FactorsReset, RecoveryCodesMade, RecoveryCodeUsed } from './factor.events.js';

interface Changed {
  /** `factors.email.<change>`. */
  change: 'added-app' | 'added-passkey' | 'removed' | 'codes' | 'code-used' | 'reset';
  left?: number;
}

/** Tells people what changed about the way into their account, so that they notice when it was not them (ASVS 6.3.7). */
@Injectable()
export class FactorMails {
  private readonly changed: Notice<About, Changed>;

  constructor(private readonly port: Notices) {
    this.changed = port.declare({
      ...{ name: 'factors.changed', template: 'factors/email/changed', class: 'mandatory', one: 'person' },
      alsoDoer: true,
      mayKnow: (readers) => Promise.resolve(readers.filter(({ id }) => id !== null)),
      letter: ({ team }, facts) => ({
        data: { left: null, ...facts, url: `${currentTenant().origin}${team ? '/console' : ''}/account/security` },
      }),
    });
  }

  @OnEvent(FactorAdded, 'factors.mail-added')
  async added({ personId, factorId, kind }: FactorAdded): Promise<void> {
    await this.tell(personId, `added ${factorId}`, { change: `added-${kind}` });
  }

  @OnEvent(FactorRemoved, 'factors.mail-removed')
  async removed({ personId, factorId }: FactorRemoved): Promise<void> {
    await this.tell(personId, `removed ${factorId}`, { change: 'removed' });
  }

  @OnEvent(RecoveryCodesMade, 'factors.mail-codes')
  async codes({ personId, at, replaced }: RecoveryCodesMade): Promise<void> {
    // Those before it were none: that there is a second factor now is told already.
    if (replaced) await this.tell(personId, `codes ${at}`, { change: 'codes' });
  }

  @OnEvent(RecoveryCodeUsed, 'factors.mail-code-used')
  async codeUsed({ personId, left, at }: RecoveryCodeUsed): Promise<void> {
    await this.tell(personId, `code used ${at}`, { change: 'code-used', left });
  }

  @OnEvent(FactorsReset, 'factors.mail-reset')
  async reset({ personId, at }: FactorsReset): Promise<void> {
    await this.tell(personId, `reset ${at}`, { change: 'reset' });
  }

  private tell(personId: string, id: string, facts: Changed): Promise<void> {
    return this.port.notify(this.changed, {}, { id, to: [personId], facts });
  }
}
