import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Answers } from '../answers.js';
import type { Flow } from '../flows.js';
import { entityOf } from '../paths.js';
import { SignOnRefused } from '../refused.js';
import { type Asking, Handshake, type Outcome, type SignOnRequest } from '../strategy.js';
import { answerShape, claimsOf } from './saml-claims.js';
import { type SamlConnectionAt, SamlProviders } from './saml-providers.js';
import { SamlStates } from './saml-states.js';

/** SAML 2.0, as passport knows it. What a provider posts has been judged before (`SamlController`): here it is compared with who asked. */
@Injectable()
export class SamlStrategy extends PassportStrategy(Handshake, 'saml') {
  constructor(
    private readonly providers: SamlProviders,
    private readonly states: SamlStates,
    private readonly answers: Answers,
  ) {
    super();
  }

  async validate({ signOn: asking, query }: Required<SignOnRequest>): Promise<Outcome> {
    const connection = asking.connection as SamlConnectionAt;
    if (asking.step === 'begin') return { to: await this.question(connection, asking) };
    const { flow } = asking;
    const said = answerShape.parse(await this.answers.take(connection.id, query['answer']));
    if (said.inResponseTo === null ? !flow.unasked : said.inResponseTo !== questionOf(flow))
      throw new SignOnRefused('other-browser', 'in-response-to');
    return { claims: claimsOf(connection, said) };
  }

  /** The address of the provider with our question, signed with the key that it knows. */
  private async question(connection: SamlConnectionAt, { flow, back }: Asking): Promise<string> {
    const { signOnUrl, certificates } = await this.providers.of(connection);
    const [key] = await this.states.keysOf(connection);
    const { SAML, ValidateInResponseTo } = await import('@node-saml/node-saml');
    const library = new SAML({
      ...{ idpCert: certificates, issuer: entityOf(connection), callbackUrl: back, entryPoint: signOnUrl },
      ...{ privateKey: key!.privateKey, signatureAlgorithm: 'sha256', digestAlgorithm: 'sha256' },
      identifierFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
      ...{ disableRequestedAuthnContext: true, validateInResponseTo: ValidateInResponseTo.never },
      generateUniqueId: () => questionOf(flow),
    });
    return library.getAuthorizeUrlAsync('', undefined, {});
  }
}

/** What the question of this very browser is called; nobody else has been told before it was asked. */
const questionOf = ({ state }: Flow): string => `_${state}`;
