import type { X509Certificate } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Tokens } from '@foyer/credentials';
import { type Notice, Notices } from '@foyer/notify';
import { currentTenant } from '@foyer/tenancy';
import { ConnectionBook, isOn } from '../connection-book.js';
import { ConnectionRights } from '../connection-rights.js';
import { Keepers } from '../keepers.js';
import { KnownCertificates } from './known-certificates.js';
import type { SamlConnectionAt } from './saml-providers.js';

const DAY = 86_400_000;
/** So long before; each is told once. */
const STAGES = [7, 30] as const;
/** Longer than a stage lasts, so that it is told once; forgotten soon after. */
const TOLD_HOURS = 40 * 24;

interface Facts {
  name: string;
  ours: boolean;
  until: string;
  url: string;
}

/** Tells those who look after a connection that a certificate of it ends, before nobody can sign in by it. */
@Injectable()
export class CertificateMails {
  private readonly ending: Notice<{ connectionId: string }, Facts>;

  constructor(
    private readonly book: ConnectionBook,
    private readonly known: KnownCertificates,
    private readonly rights: ConnectionRights,
    private readonly keepers: Keepers,
    private readonly tokens: Tokens,
    private readonly port: Notices,
  ) {
    this.ending = port.declare({
      ...{ name: 'sign-on.certificate-ending', template: 'signon/email/certificate-ending', class: 'service' },
      mayKnow: async (readers, { connectionId }) => {
        const connection = await this.book.find(connectionId);
        const may = (one: typeof connection) => (actor: Parameters<ConnectionRights['may']>[0]) => this.rights.may(actor, one!); // prettier-ignore
        return connection ? this.keepers.among(readers, connection.companyId, may(connection)) : [];
      },
      letter: (_, facts) => ({ data: { ...facts } }),
    });
  }

  async run(now = Date.now()): Promise<void> {
    for (const connection of (await this.book.all()).filter((one) => one.kind === 'saml' && isOn(one))) {
      const { theirs, ours } = await this.known.of(connection as SamlConnectionAt);
      await this.look(connection as SamlConnectionAt, theirs, false, now);
      await this.look(connection as SamlConnectionAt, ours, true, now);
    }
  }

  private async look(connection: SamlConnectionAt, all: readonly X509Certificate[], ours: boolean, now: number) {
    const left = all.map(({ validTo }) => (Date.parse(validTo) - now) / DAY);
    // Where the next one is there already, nothing is left to be done.
    if (left.some((days) => days > STAGES.at(-1)!)) return;
    for (const [at, { fingerprint256, validTo }] of all.entries()) {
      const stage = left[at]! > 0 ? STAGES.find((days) => left[at]! <= days) : undefined;
      const id = `${connection.id} ${fingerprint256} ${stage}`;
      if (stage === undefined || !(await this.tokens.spend('sign-on-certificate', id, TOLD_HOURS))) continue;
      const facts = { name: connection.name, ours, until: new Date(validTo).toISOString(), url: urlOf(connection) };
      const to = await this.keepers.of(connection.companyId);
      await this.port.notify(this.ending, { connectionId: connection.id }, { id, to, facts });
    }
  }
}

/** Where those who look after it do so. */
const urlOf = ({ id, companyId }: SamlConnectionAt): string =>
  currentTenant().origin +
  (companyId === null ? `/console/settings/saml-connections/${id}` : `/company/sign-in/${companyId}/providers/saml/${id}`); // prettier-ignore
