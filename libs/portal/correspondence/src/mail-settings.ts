import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { categoryReference, requestTypes } from '@foyer/requests';
import {
  choice,
  declareResource,
  declareSection,
  type Field,
  flag,
  line,
  optionalReference,
  type ResourceItem,
  secret,
  text,
  whole,
} from '@foyer/settings';
import { currentTenant } from '@foyer/tenancy';
import { domainAsWritten, domainInDns, field } from '@foyer/web';

const address = z.string().max(320);

/** Who may write, and by which channels mails come beside SMTP. */
export const mailSettings = declareSection(
  'mail-in',
  z.object({
    /** Who may open tickets by mail: `anybody`, or only those whom the portal knows. */
    opening: z.enum(['anybody', 'known']).default('anybody'),
    /** Addresses, and domains with all below them, nobody of whom is heard. */
    blocked: z.array(address).max(500).default([]),
    /** If any are named, only these may open tickets without being known. */
    allowed: z.array(address).max(500).default([]),
    /** The team's own addresses that forward to ours; nobody's mail, whatever it says. */
    forwards: z.array(address).max(50).default([]),
    /** Which secret address of the webhook is valid: one more, and the ones before are worth nothing. */
    webhook: z.number().int().nonnegative().default(0),
  }),
);
export type MailSettings = z.output<typeof mailSettings.schema>;

export const SECURITIES = ['tls', 'starttls'] as const;

/** What a mailbox's password is sealed for: it opens in this tenant only. */
export const mailboxSeal = (): string => `mailbox ${currentTenant().id}`;

const host = z
  .string()
  .trim()
  .transform(domainInDns)
  .pipe(
    z
      .string()
      .max(255)
      .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'correspondence.mailbox.host-form'),
  );
/** `none` is for the servers of tests: nobody can choose it. */
const security = z.enum([...SECURITIES, 'none']).default('tls');
const usual = { none: 'correspondence.mailbox.usual' };

/** Mailboxes that are fetched by IMAP. */
export const mailboxes = declareResource('mailboxes', {
  one: 'mailbox',
  words: 'correspondence.mailbox',
  page: { path: 'mailboxes', group: 'mail', icon: 'inbox', order: 11, feature: 'tickets' },
  ordered: false,
  fields: {
    name: text(80),
    /** Which it answers for; for people only. */
    address: line(z.union([z.literal(''), field.email]).default(''), 254, { kind: 'email' }),
    host: line(host, 255, { placeholder: 'imap.example.com', typed: domainAsWritten }),
    port: whole([1, 65_535], { byDefault: 993, wrong: 'correspondence.mailbox.port-form' }),
    security: { ...choice(SECURITIES, 'correspondence.security'), schema: security } as Field<
      z.output<typeof security>
    >,
    user: text(320),
    password: secret(1_000, mailboxSeal, { kept: 'correspondence.mailbox.password-kept', hint: true }),
    typeId: optionalReference(requestTypes.about.reference, usual),
    categoryId: optionalReference(categoryReference, usual),
    enabled: flag(true),
  },
  check(item, before) {
    if (item.security === 'none' && before?.security !== 'none') throw new InvalidField('security', 'web.form.choice');
    // What was typed for one server must not be sent to another by whoever may change its name.
    const moved = before && (['host', 'port', 'user'] as const).some((name) => before[name] !== item[name]);
    if (moved && item.password === before.password)
      throw new InvalidField('password', 'correspondence.mailbox.password-again');
  },
  goesBy: () => true,
});
export type Mailbox = ResourceItem<typeof mailboxes>;

/** Whether an address is one of the listed ones or of a listed domain. */
export function isListed(list: readonly string[], wanted: string): boolean {
  const domain = wanted.slice(wanted.lastIndexOf('@') + 1);
  return list.some((entry) => entry === wanted || entry.replace(/^@/, '') === domain);
}

/** The same for those who are not heard: whoever has a domain makes as many below it as they like. */
export function isBlocked(list: readonly string[], wanted: string): boolean {
  const domain = wanted.slice(wanted.lastIndexOf('@') + 1);
  const isAbove = (entry: string) => !entry.includes('@') && domain.endsWith(`.${entry}`);
  return isListed(list, wanted) || list.some((entry) => isAbove(entry.replace(/^@/, '')));
}
