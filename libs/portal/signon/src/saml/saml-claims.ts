import { type Claims, textOf, textsOf } from '../claims.js';
import { SignOnRefused } from '../refused.js';
import { z } from 'zod';
import type { SamlAnswer } from './saml-answer.js';
import type { SamlConnection } from './saml-connections.js';

const XMLSOAP = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
/** What providers call things, the most usual first. */
const USUAL = {
  email: ['email', 'mail', 'Email', 'emailAddress', 'emailaddress', 'urn:oid:0.9.2342.19200300.100.1.3', `${XMLSOAP}/emailaddress`], // prettier-ignore
  name: ['displayName', 'urn:oid:2.16.840.1.113730.3.1.241', 'http://schemas.microsoft.com/identity/claims/displayname', 'cn', 'urn:oid:2.5.4.3', 'name'], // prettier-ignore
  first: ['givenName', 'firstName', 'urn:oid:2.5.4.42', `${XMLSOAP}/givenname`],
  last: ['sn', 'surname', 'lastName', 'urn:oid:2.5.4.4', `${XMLSOAP}/surname`],
  groups: ['groups', 'memberOf', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups', 'http://schemas.xmlsoap.org/claims/Group', 'urn:oid:1.3.6.1.4.1.5923.1.5.1.1', 'Role'], // prettier-ignore
};
const FORMAT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:';
const LONGEST = 1_000;

export const answerShape = z.object({
  inResponseTo: z.string().nullable(),
  subject: z.string(),
  subjectFormat: z.string().nullable(),
  sessionIndex: z.string().nullable(),
  attributes: z.record(z.string(), z.array(z.string())),
}) satisfies z.ZodType<Omit<SamlAnswer, 'assertionId' | 'until'>>;
type Said = z.output<typeof answerShape>;

/** What an answer says of somebody, as the connection reads it. @throws SignOnRefused where it calls them by nothing that lasts */
export function claimsOf(connection: SamlConnection, said: Said): Claims {
  const { emailAttribute, nameAttribute, groupsAttribute } = connection;
  const { attributes, subject, sessionIndex } = said;
  const at = (names: readonly string[]) => names.flatMap((name) => textsOf(attributes[name])).at(0) ?? null;
  const whole = [at(USUAL.first), at(USUAL.last)].filter(Boolean).join(' ') || null;
  const address = emailAttribute ? at([emailAttribute]) : (at(USUAL.email) ?? (/^[^\s@]+@[^\s@]+$/.test(subject) ? subject : null)); // prettier-ignore
  const groups = groupsAttribute ? [groupsAttribute] : USUAL.groups;
  return {
    subject: subjectOf(connection, said),
    email: address,
    // It never says.
    emailVerified: null,
    name: nameAttribute ? at([nameAttribute]) : (at(USUAL.name.slice(0, 3)) ?? whole ?? at(USUAL.name)),
    groups: [...new Set(groups.flatMap((name) => textsOf(attributes[name])))],
    attributes: { NameID: subject, 'NameID Format': said.subjectFormat ?? '', ...attributes },
    kept: {
      ...(sessionIndex && { sid: sessionIndex }),
      name: subject,
      idToken: JSON.stringify([subject, said.subjectFormat]),
    },
  };
}

function subjectOf({ subjectAttribute }: SamlConnection, { subject, subjectFormat, attributes }: Said): string {
  if (subjectAttribute) {
    const named = textOf(attributes[subjectAttribute]);
    if (!named || named.length > LONGEST) throw new SignOnRefused('answer', 'subject attribute');
    return named;
  }
  // Tomorrow it would be another's, or nobody's.
  if (subjectFormat === `${FORMAT}transient`) throw new SignOnRefused('answer', 'name-id transient');
  return subject;
}
