import { X509Certificate } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { certificatesIn } from './certificates.js';
import { type SamlConnectionAt, SamlProviders } from './saml-providers.js';
import { SamlStates } from './saml-states.js';

/** The certificates that a connection goes by: its provider's, as its fields say or as it says itself, and ours. */
@Injectable()
export class KnownCertificates {
  constructor(
    private readonly providers: SamlProviders,
    private readonly states: SamlStates,
  ) {}

  async of(connection: SamlConnectionAt) {
    const { metadataUrl, certificates } = connection;
    const said = metadataUrl === '' ? null : await this.providers.known(connection);
    const ours = ((await this.states.of(connection))?.keys ?? []).map(({ certificate }) => certificate);
    return {
      theirs: metadataUrl === '' ? certificatesIn(certificates) : (said?.certificates ?? []).map(opened),
      ours: ours.map(opened),
      problem: said?.problem ?? null,
    };
  }
}

const opened = (pem: string) => new X509Certificate(pem);
