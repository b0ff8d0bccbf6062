import { Injectable } from '@nestjs/common';
import { hashSecret, Tokens } from '@foyer/credentials';
import { type About, type Notice, Notices } from '@foyer/notify';
import { currentTenant } from '@foyer/tenancy';

interface Begun {
  url: string;
  /** ISO. */
  readyAt: string;
  reason: string;
}
interface Asked {
  url: string;
  name: string;
  email: string;
}

/** Mails about coming back to an account whose factors are lost. */
@Injectable()
export class ResetMails {
  private readonly reset: Notice<{ link: string }, Begun>;
  private readonly help: Notice<About, Asked>;

  constructor(
    private readonly port: Notices,
    tokens: Tokens,
  ) {
    this.reset = port.declare({
      ...{ name: 'factors.reset', template: 'factors/email/reset', class: 'mandatory', one: 'person' },
      // A link that was stopped or used goes to nobody.
      mayKnow: async (readers, { link }) => ((await tokens.open(link)) ? readers.filter(({ id }) => id !== null) : []),
      letter: (_, facts) => ({ data: { ...facts } }),
    });
    this.help = port.declare({
      ...{ name: 'factors.help', template: 'factors/email/help', class: 'service', one: 'person' },
      mayKnow: (readers) => Promise.resolve(readers.filter(({ id, team }) => id !== null && team)),
      letter: (_, facts) => ({ data: { ...facts } }),
    });
  }

  /** To its owner, whoever began it, at once. */
  async begun(
    personId: string,
    { secret, readyAt, reason }: { secret: string; readyAt: Date; reason: string },
  ): Promise<void> {
    const link = hashSecret(secret);
    const url = `${currentTenant().origin}/sign-in/recovery?token=${secret}`;
    const facts = { url, readyAt: readyAt.toISOString(), reason };
    await this.port.notify(this.reset, { link }, { id: link, to: [personId], facts });
  }

  /** To those who can help. */
  async asked({ id, name, email }: { id: string; name: string; email: string }, to: string[], key: string) {
    const facts = { url: `${currentTenant().origin}/console/people/${id}`, name, email };
    await this.port.notify(this.help, {}, { id: key, to, facts });
  }
}
