import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import * as samlify from 'samlify';
import { afterTests, type TestTenant, type Visitor } from '@foyer/app-cli/testing';
import { Collections } from '@foyer/settings';
import { samlConnections } from '@foyer/signon';
import { ownKey } from '../../src/saml/certificates.js';

samlify.setSchemaValidator({ validate: () => Promise.resolve('as the schema has it') });

const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const EMAIL = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
const GCM = 'http://www.w3.org/2009/xmlenc11#aes256-gcm';
/** As the library's own, which has no statement of when somebody signed in. */
const TEMPLATE = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{ID}" Version="2.0" IssueInstant="{Now}" Destination="{Acs}"{Asked}><saml:Issuer>{Issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{AssertionID}" Version="2.0" IssueInstant="{Now}"><saml:Issuer>{Issuer}</saml:Issuer><saml:Subject><saml:NameID Format="{Format}">{NameID}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="{Until}" Recipient="{Acs}"{Asked}/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{Now}" NotOnOrAfter="{Until}"><saml:AudienceRestriction><saml:Audience>{Audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{Now}" SessionIndex="{Session}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>{Attributes}</saml:AttributeStatement></saml:Assertion></samlp:Response>`;

export interface SamlAccount {
  nameId: string;
  format?: string;
  attributes: Record<string, string[]>;
}
/** What a provider's page has a browser post. */
export interface Posting {
  to: string;
  fields: Record<string, string>;
}

/** A real identity provider of its own port (samlify), in which whoever is `next` is signed in without being asked. */
export class SamlStand {
  /** What it calls itself, where that is not its address. */
  named: string | null = null;
  next: SamlAccount = { nameId: 'nobody', attributes: {} };
  /** What it calls their session. */
  session = '_s1';
  /** By what it calls itself. */
  private readonly services = new Map<string, string>();
  private constructor(
    private readonly server: Server,
    readonly origin: string,
    public key: Awaited<ReturnType<typeof ownKey>>,
  ) {}

  static async open(): Promise<SamlStand> {
    const key = await ownKey('idp.example');
    const server = createServer((req, res) => {
      stand.handle(req, res).catch((error: Error) => res.writeHead(400).end(error.message));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const stand = new SamlStand(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key);
    afterTests(() => stand.close());
    return stand;
  }

  get metadata(): string {
    return this.provider(false).getMetadata();
  }

  knows(metadata: string): void {
    this.services.set(/entityID="([^"]+)"/.exec(metadata)![1]!, metadata);
  }

  /** As its page for a service lets people begin there. */
  async unasked(entityId: string, relayState = ''): Promise<Posting> {
    return this.posting(entityId, null, false, relayState);
  }

  /** What its page for this question has the browser post. */
  async answer(address: string, { encrypted = false } = {}): Promise<Posting> {
    const response = await fetch(`${address}&encrypted=${encrypted ? '1' : ''}`);
    if (!response.ok) throw new Error(`The provider refuses: ${await response.text()}`);
    return (await response.json()) as Posting;
  }

  /** Our question to sign somebody out, as it understands it. */
  async logoutRequest(address: string): Promise<{ id: string; name: string; sid: string }> {
    const idp = this.provider(false);
    const { extract } = await this.understood(address, (by, sent) => idp.parseLogoutRequest(by, 'redirect', sent));
    const { request, nameID, sessionIndex } = extract as unknown as {
      request: { id: string };
      nameID: string;
      sessionIndex: string;
    };
    return { id: request.id, name: nameID, sid: sessionIndex };
  }

  /** Our answer to its own. */
  async logoutAnswer(address: string): Promise<{ inResponseTo: string; status: string; relayState: string | null }> {
    const idp = this.provider(false);
    const { extract } = await this.understood(address, (by, sent) => idp.parseLogoutResponse(by, 'redirect', sent));
    const xml = samlify.Utility.inflateString(new URL(address).searchParams.get('SAMLResponse')!);
    const inResponseTo = (extract.response as Record<string, string>)['inResponseTo']!;
    const relayState = new URL(address).searchParams.get('RelayState');
    return { inResponseTo, status: / Value="([^"]+)"/.exec(xml)![1]!, relayState };
  }

  /** Its signature is proved by what our metadata says. */
  private understood(
    address: string,
    parse: (
      by: ReturnType<typeof samlify.ServiceProvider>,
      sent: never,
    ) => ReturnType<ReturnType<typeof samlify.IdentityProvider>['parseLogoutRequest']>,
  ) {
    const { search, searchParams } = new URL(address);
    const octetString = search.slice(1).replace(/&Signature=.*$/, '');
    const sent = { query: Object.fromEntries(searchParams), octetString };
    const [entityId] = [...this.services.keys()].filter((known) => samlify.Utility.inflateString(sent.query['SAMLRequest'] ?? sent.query['SAMLResponse']!).includes(known)); // prettier-ignore
    return Promise.any(this.signers(entityId!).map((by) => parse(by, sent as never)));
  }

  private async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url!, this.origin);
    if (url.pathname === '/metadata') return void res.end(this.metadata);
    const query = Object.fromEntries(url.searchParams);
    const signed = /^(SAMLRequest=[^&]+(?:&RelayState=[^&]*)?&SigAlg=[^&]+)/.exec(url.search.slice(1))![1]!;
    const asker = samlify.Utility.inflateString(query['SAMLRequest']!);
    const entityId = /Issuer[^>]*>([^<]+)</.exec(asker)![1]!;
    const idp = this.provider(false);
    const judged = this.signers(entityId).map((by) =>
      idp.parseLoginRequest(by, 'redirect', { query, octetString: signed }),
    );
    const { extract } = await Promise.any(judged);
    const posting = await this.posting(entityId, String(extract.request!['id']), query['encrypted'] === '1');
    res.setHeader('Content-Type', 'application/json');
    res.end(JSON.stringify(posting));
  }

  private async posting(entityId: string, asked: string | null, encrypted: boolean, relayState = ''): Promise<Posting> {
    const service = this.service(entityId);
    const idp = this.provider(encrypted);
    const acs = service.entityMeta.getAssertionConsumerService('post') as string;
    const id = `_${randomUUID()}`;
    const values: Record<string, string> = {
      ...{ ID: id, AssertionID: `_${randomUUID()}`, Acs: acs, Audience: entityId, Issuer: `${this.origin}/metadata` },
      ...{ Now: new Date().toISOString(), Until: new Date(Date.now() + 300_000).toISOString(), Session: this.session },
      ...{ NameID: this.next.nameId, Format: this.next.format ?? EMAIL },
      Asked: asked === null ? '' : ` InResponseTo="${asked}"`,
      Attributes: Object.entries(this.next.attributes)
        .map(
          ([name, all]) =>
            `<saml:Attribute Name="${name}">${all.map((one) => `<saml:AttributeValue>${one}</saml:AttributeValue>`).join('')}</saml:Attribute>`,
        ) // prettier-ignore
        .join(''),
    };
    const written = () => ({ id, context: TEMPLATE.replace(/\{(\w+)\}/g, (_, name: string) => values[name]!) });
    const { context } = await idp.createLoginResponse(service, { extract: {} }, 'post', {}, written as never);
    return { to: acs, fields: { SAMLResponse: context, RelayState: relayState } };
  }

  private provider(encrypted: boolean) {
    return samlify.IdentityProvider({
      ...{
        entityID: this.named ?? `${this.origin}/metadata`,
        privateKey: this.key.privateKey,
        signingCert: this.key.certificate,
      },
      ...{ requestSignatureAlgorithm: SHA256, wantAuthnRequestsSigned: true, isAssertionEncrypted: encrypted },
      ...{ wantLogoutRequestSigned: true, wantLogoutResponseSigned: true },
      singleLogoutService: [{ Binding: REDIRECT, Location: `${this.origin}/slo` }],
      ...{ nameIDFormat: [EMAIL], singleSignOnService: [{ Binding: REDIRECT, Location: `${this.origin}/sso` }] },
    });
  }

  /** The library looks at one certificate of a service at a time. */
  private signers(entityId: string) {
    const metadata = this.services.get(entityId) ?? '';
    const keys = metadata.match(/<KeyDescriptor use="signing">.*?<\/KeyDescriptor>/g) ?? [];
    return keys.map((key) => samlify.ServiceProvider({ metadata: keys.filter((one) => one !== key).reduce((rest, one) => rest.replace(one, ''), metadata) })); // prettier-ignore
  }

  private service(entityId: string) {
    const metadata = this.services.get(entityId);
    if (metadata === undefined) throw new Error(`Nobody knows ${entityId}`);
    const service = samlify.ServiceProvider({ metadata });
    const keyEncryptionAlgorithm = 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p';
    Object.assign(service.entitySetting, { dataEncryptionAlgorithm: GCM, keyEncryptionAlgorithm });
    return service;
  }

  private async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}

/** A connection to it, as an owner sets it up by its address, and known to it. */
export async function bound(tenant: TestTenant, stand: SamlStand, more: object = {}) {
  const actor = await tenant.owner.actor();
  const collections = tenant.world.get(Collections);
  const given = {
    ...{
      name: 'Example SAML',
      companyId: null,
      audience: 'customers' as const,
      metadataUrl: `${stand.origin}/metadata`,
    },
    ...{
      metadata: '',
      entityId: '',
      signOnUrl: '',
      signOutUrl: '',
      certificates: '',
      subjectAttribute: '',
      idpInitiated: false,
    },
    ...{ complete: false, emailAttribute: '', nameAttribute: '', groupsAttribute: '', trustsAddresses: true },
    ...{ makesAccounts: true, roles: [], groupsRule: false, countsAsSecondFactor: false, enforced: false },
    ...{ keeperId: null, enabled: true, blocked: false },
  };
  const made = await tenant.inside(() => collections.add(actor, samlConnections, { ...given, ...more }));
  stand.knows((await tenant.visitor().get(`/sign-in/with/${made.id}/metadata`)).text);
  return made;
}

/** Off to the provider, and what its page there has to post. */
export async function asked(visitor: Visitor, stand: SamlStand, id: string, query = '', how = {}): Promise<Posting> {
  const left = await visitor.get(`/sign-in/with/${id}${query}`);
  if (left.status !== 303) throw new Error(`Nobody is sent on: ${left.status} ${left.text}`);
  return stand.answer(left.headers['location']!, how);
}

/** From the provider's page: a post from another site, with which no cookie of ours goes. */
export async function posted(tenant: TestTenant, { to, fields }: Posting) {
  const elsewhere = { Origin: 'http://idp.example', 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' };
  return tenant.visitor().post(new URL(to).pathname, fields, elsewhere);
}

/** To the provider, through it, and back. */
export async function through(
  tenant: TestTenant,
  visitor: Visitor,
  stand: SamlStand,
  id: string,
  query = '',
  how = {},
) {
  const answered = await posted(tenant, await asked(visitor, stand, id, query, how));
  if (answered.status !== 303) throw new Error(`The answer is not taken: ${answered.status} ${answered.text}`);
  return visitor.get(answered.headers['location']!);
}
