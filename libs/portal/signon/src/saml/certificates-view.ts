import { isUtf8 } from 'node:buffer';
import type { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InvalidField } from '@foyer/access';
import type { Upload, Visit } from '@foyer/web';
import type { Connection } from '../connection-book.js';
import { ConnectionForm } from '../connection-form.js';
import { KnownCertificates } from './known-certificates.js';
import { MAX_METADATA_BYTES } from './provider-metadata.js';
import { fieldsIn } from './saml-connections.js';
import type { SamlConnectionAt } from './saml-providers.js';

const DAY = 86_400_000;
const SOON_DAYS = 30;

/** Which certificates a connection goes by, and for how long, for those who look after it. */
@Injectable()
export class CertificatesView implements OnModuleInit {
  constructor(
    private readonly form: ConnectionForm,
    private readonly known: KnownCertificates,
  ) {}

  onModuleInit(): void {
    this.form.show('saml', (visit, connection) => this.of(visit, connection));
    this.form.takeFile('saml', metadataIn);
  }

  private async of(visit: Visit, connection: Connection) {
    const { theirs, ours, problem } = await this.known.of(connection as SamlConnectionAt);
    if (!problem && theirs.length + ours.length === 0) return null;
    const shown = (all: X509Certificate[]) => all.map((one) => rowOf(visit, one));
    // Of several the latest is what counts.
    const isEnding = [theirs, ours].some((all) => all.length > 0 && all.every((one) => daysLeft(one) < SOON_DAYS));
    return {
      problem: problem && visit.t(`signon.saml.problem-${problem}`),
      ending: isEnding,
      ...{ theirs: shown(theirs), ours: shown(ours), renewing: ours.length > 1 },
      action: `/sign-in/with/${connection.id}/certificate`,
    };
  }
}

/** Read as what was pasted is. @throws InvalidField */
async function metadataIn({ path, size }: Upload, control: string) {
  const bytes = size > MAX_METADATA_BYTES ? null : await readFile(path);
  if (!bytes || !isUtf8(bytes)) throw new InvalidField(control, 'signon.saml.metadata-form');
  return { ...fieldsIn(bytes.toString('utf8'), control), metadata: '' };
}

const daysLeft = ({ validTo }: Pick<X509Certificate, 'validTo'>) => (Date.parse(validTo) - Date.now()) / DAY;

function rowOf(visit: Visit, { subject, validTo }: X509Certificate) {
  const until = new Date(validTo);
  const days = daysLeft({ validTo });
  const word = days < 0 ? 'expired' : days < SOON_DAYS ? 'expires' : null;
  return {
    ...{ name: /^CN=(.*)$/m.exec(subject)?.[1] ?? subject, until },
    state: word && { label: visit.t(`signon.saml.${word}`), tone: word === 'expired' ? 'bad' : 'warn' },
  };
}
