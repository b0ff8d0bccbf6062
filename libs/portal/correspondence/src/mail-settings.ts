import { z } from 'zod';
import { declareCollection, declareSection } from '@foyer/settings';

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

const mailbox = z.object({
  id: z.uuid(),
  name: z.string().min(1).max(80),
  /** Which it answers for; for people only. */
  address: address.default(''),
  host: z.string().min(1).max(255),
  port: z.number().int().min(1).max(65_535),
  security: z.enum([...SECURITIES, 'none']).default('tls'),
  user: z.string().min(1).max(320),
  /** Sealed; opens only in this tenant and with the installation's key. */
  password: z.string(),
  typeId: z.uuid().nullable().default(null),
  categoryId: z.uuid().nullable().default(null),
  enabled: z.boolean().default(true),
});
export type Mailbox = z.output<typeof mailbox>;

/** Mailboxes that are fetched by IMAP. */
export const mailboxes = declareCollection<Mailbox>('mailboxes', mailbox);

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
