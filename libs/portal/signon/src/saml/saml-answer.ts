import { encryptedIn, openedBy } from './saml-decryption.js';
import {
  documentIn,
  idsIn,
  LONGEST_MS,
  must,
  mustBePlain,
  proven,
  read,
  sentElement,
  refused,
  SKEW_MS,
  SUCCESS,
  timeAt,
} from './saml-message.js';
import { attribute, children, NS, only, textIn, within } from './saml-xml.js';

/** Whom an answer has to be from, and for whom. */
export interface SamlTrust {
  /** What the provider calls itself (its entity id). */
  idpIssuer: string;
  /** Certificates or public keys as PEM; several while one is replaced by another. */
  certificates: string[];
  /** Where answers for this connection are sent to. */
  acs: string;
  /** What we call ourselves to it. */
  audience: string;
  /** Our own, for assertions that only we shall read; several while one is replaced by another. */
  decryptionKeys?: string[];
}
/** What a provider has said, and signed. */
export interface SamlAnswer {
  assertionId: string;
  /** Until when the same answer would count, so that it is remembered for as long. */
  until: Date;
  /** The question it answers; null: nobody asked. */
  inResponseTo: string | null;
  subject: string;
  subjectFormat: string | null;
  /** By which the provider ends the session. */
  sessionIndex: string | null;
  attributes: Record<string, string[]>;
}

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
/**
 * Judges what came with the browser. The library proves one signature over the part that is read; that this part says the right things, to
 * us, in time, is checked here, and so is that there is nothing beside it to be mistaken for it (security 28, 29: without that, it takes answers
 * of other providers, for others, of failures, without a subject).
 * @param encoded `SAMLResponse`, as it came
 * @throws SignOnRefused
 */
export async function judge(encoded: string, trust: SamlTrust, now = Date.now()): Promise<SamlAnswer> {
  const xml = documentIn(encoded);
  const response = sentElement(xml);
  const sent = mustBeAnswer(response, trust);
  mustBePlain(response);
  const isHidden = sent.localName === 'EncryptedAssertion';
  const signed = isHidden ? hiddenAssertion(xml, sent, response, trust) : await provenAssertion(encoded, trust);
  return spoken(read(signed), response, trust, now);
}

/** The envelope: an answer of success, to this address, with one assertion and none beside it. */
function mustBeAnswer(response: Element, { acs, idpIssuer }: SamlTrust): Element {
  must(response.localName === 'Response' && response.namespaceURI === NS.protocol, 'response');
  must(attribute(response, 'Version') === '2.0', 'version');
  const status = only(only(response, 'protocol', 'Status'), 'protocol', 'StatusCode');
  must(attribute(status, 'Value') === SUCCESS, 'status');
  must(attribute(response, 'Destination') === acs, 'destination');
  const issuers = children(response, 'assertion', 'Issuer');
  must(issuers.length <= 1 && issuers.every((issuer) => textIn(issuer) === idpIssuer), 'issuer');
  const assertions = within(response).filter(({ localName }) => /^(?:Encrypted)?Assertion$/.test(localName));
  must(assertions.length === 1 && assertions[0]!.parentNode === response, 'assertions');
  must(assertions[0]!.namespaceURI === NS.assertion, 'assertions');
  return assertions[0]!;
}

/** What was encrypted for us obeys the same rules as what was not. The library reads fewer ways of encrypting, so it is read and proved here. */
function hiddenAssertion(xml: string, encrypted: Element, response: Element, trust: SamlTrust): string {
  const found = encryptedIn(encrypted);
  const hidden = found && openedBy(trust.decryptionKeys ?? [], found);
  must(hidden, 'encryption');
  const assertion = read(hidden);
  must(assertion.localName === 'Assertion' && assertion.namespaceURI === NS.assertion, 'assertions');
  must(within(assertion).filter(({ localName }) => /^(?:Encrypted)?Assertion$/.test(localName)).length === 1, 'assertions'); // prettier-ignore
  const ids = idsIn(response);
  must(!idsIn(assertion).some((id) => ids.includes(id)), 'ids');
  mustBePlain(assertion);
  // Whoever signed all of the answer has signed what is hidden in it.
  if (proven(xml, response, trust.certificates) !== null) return hidden;
  const signed = proven(hidden, assertion, trust.certificates);
  must(signed, 'signature');
  return signed;
}

/** The assertion as it was signed, byte for byte: nothing else of the document is read for who somebody is. */
async function provenAssertion(encoded: string, trust: SamlTrust): Promise<string> {
  const { SAML, ValidateInResponseTo } = await import('@node-saml/node-saml');
  const library = new SAML({
    ...{ idpCert: trust.certificates, issuer: trust.audience, audience: trust.audience, callbackUrl: trust.acs },
    ...{ idpIssuer: trust.idpIssuer, acceptedClockSkewMs: SKEW_MS, maxAssertionAgeMs: 0 },
    // One signature over the assertion or over all of the answer, as providers choose; which one is read follows from it.
    ...{ wantAssertionsSigned: false, wantAuthnResponseSigned: false },
    // The question is compared where the browser's own cookie is at hand.
    validateInResponseTo: ValidateInResponseTo.never,
  });
  const { profile } = await library.validatePostResponseAsync({ SAMLResponse: encoded }).catch((error: unknown) => {
    throw refused(wordFor(error));
  });
  const xml = profile?.getAssertionXml?.();
  must(xml, 'assertion');
  return xml;
}

/** What the assertion says, and that it says it to us, now. */
function spoken(assertion: Element, response: Element, trust: SamlTrust, now: number): SamlAnswer {
  must(assertion.localName === 'Assertion' && assertion.namespaceURI === NS.assertion, 'assertion');
  must(attribute(assertion, 'Version') === '2.0', 'version');
  const assertionId = attribute(assertion, 'ID');
  must(assertionId, 'assertion-id');
  must(textIn(only(assertion, 'assertion', 'Issuer')) === trust.idpIssuer, 'issuer');

  const person = only(assertion, 'assertion', 'Subject');
  const name = only(person, 'assertion', 'NameID');
  const subject = textIn(name);
  must(subject && subject.length <= 1_000, 'name-id');
  const confirmed = children(person!, 'assertion', 'SubjectConfirmation')
    .filter((one) => attribute(one, 'Method') === BEARER)
    .map((one) => only(one, 'assertion', 'SubjectConfirmationData'))
    .filter((data) => data !== null);
  must(confirmed.length === 1, 'bearer');
  const [data] = confirmed as [Element];
  must(attribute(data, 'Recipient') === trust.acs, 'recipient');
  must(attribute(data, 'NotBefore') === null, 'bearer');
  const until = timeAt(data, 'NotOnOrAfter');
  must(until !== null && now - SKEW_MS < until && until - now <= LONGEST_MS, 'expired');

  const conditions = only(assertion, 'assertion', 'Conditions');
  must(conditions, 'conditions');
  const [from, to] = [timeAt(conditions, 'NotBefore'), timeAt(conditions, 'NotOnOrAfter')];
  must((from === null || from <= now + SKEW_MS) && (to === null || now - SKEW_MS < to), 'expired');
  const audiences = children(conditions, 'assertion', 'AudienceRestriction');
  must(audiences.length > 0, 'audience');
  for (const one of audiences)
    must(children(one, 'assertion', 'Audience').some((each) => textIn(each) === trust.audience), 'audience'); // prettier-ignore

  const [statement] = children(assertion, 'assertion', 'AuthnStatement');
  must(statement, 'statement');
  const over = timeAt(statement, 'SessionNotOnOrAfter');
  must(over === null || now - SKEW_MS < over, 'expired');

  const inResponseTo = attribute(data, 'InResponseTo');
  // The envelope's may be unsigned: it has to agree, and never decides.
  const asked = attribute(response, 'InResponseTo');
  must(asked === null || asked === inResponseTo, 'in-response-to');
  return {
    ...{ assertionId, inResponseTo, subject, until: new Date(until + SKEW_MS) },
    subjectFormat: attribute(name, 'Format'),
    sessionIndex: attribute(statement, 'SessionIndex'),
    attributes: attributesIn(assertion),
  };
}

function attributesIn(assertion: Element): Record<string, string[]> {
  const found = new Map<string, string[]>();
  for (const statement of children(assertion, 'assertion', 'AttributeStatement')) {
    for (const one of children(statement, 'assertion', 'Attribute')) {
      const name = attribute(one, 'Name');
      const values = children(one, 'assertion', 'AttributeValue').map(textIn).filter((value) => value !== null); // prettier-ignore
      if (name) found.set(name, [...(found.get(name) ?? []), ...values]);
    }
  }
  return Object.fromEntries(found);
}

/** The library's complaint in one word of ours. */
function wordFor(error: unknown): string {
  const { message } = error as Error;
  if (/signature|signed/i.test(message)) return 'signature';
  if (/audience/i.test(message)) return 'audience';
  if (/expired|not yet valid|timestamp|too old|subject confirmation/i.test(message)) return 'expired';
  return 'assertion';
}
