import { X509Certificate } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Visit } from '@foyer/web';
import type { Connection } from '../connection-book.js';
import { ConnectionForm } from '../connection-form.js';
import { certificatesIn } from './certificates.js';
import { type SamlConnectionAt, SamlProviders } from './saml-providers.js';
import { SamlStates } from './saml-states.js';

const DAY = 86_400_000;
const SOON_DAYS = 30;

/** Which certificates a connection goes by, and for how long, for those who look after it. */
@Injectable()
export class CertificatesView implements OnModuleInit {
  constructor(
    private readonly form: ConnectionForm,
    private readonly providers: SamlProviders,
    private readonly states: SamlStates,
  ) {}

  onModuleInit(): void {
    this.form.show('saml', (visit, connection) => this.of(visit, connection));
  }

  private async of(visit: Visit, connection: Connection) {
    const { metadataUrl, certificates } = connection as SamlConnectionAt;
    const said = metadataUrl === '' ? null : await this.providers.known(connection as SamlConnectionAt);
    const theirs = metadataUrl === '' ? certificatesIn(certificates) : (said?.certificates ?? []).map(opened);
    const ours = ((await this.states.of(connection))?.keys ?? []).map(({ certificate }) => opened(certificate));
    const shown = (all: X509Certificate[]) => all.map((one) => rowOf(visit, one));
    return {
      problem: said?.problem ? visit.t(`signon.saml.problem-${said.problem}`) : null,
      ...{ theirs: shown(theirs), ours: shown(ours), renewing: ours.length > 1 },
      action: `/sign-in/with/${connection.id}/certificate`,
    };
  }
}

const opened = (pem: string) => new X509Certificate(pem);

function rowOf(visit: Visit, { subject, validTo }: X509Certificate) {
  const until = new Date(validTo);
  const days = (until.getTime() - Date.now()) / DAY;
  const word = days < 0 ? 'expired' : days < SOON_DAYS ? 'expires' : null;
  return {
    ...{ name: /^CN=(.*)$/m.exec(subject)?.[1] ?? subject, until },
    state: word && { label: visit.t(`signon.saml.${word}`), tone: word === 'expired' ? 'bad' : 'warn' },
  };
}
