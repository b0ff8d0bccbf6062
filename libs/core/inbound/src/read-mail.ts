import { Confined, Overrun } from '@foyer/confined';
import type { MailJob } from './mail-process.js';
import { type Circumstances, type InboundMail, parseMail } from './parse-mail.js';

/** The largest mail that may come takes a second or two. */
const BOUNDS = { seconds: 20, atOnce: 2, waiting: 100, megabytes: 512 };
const OURS = import.meta.url.endsWith('.ts') ? './mail-process.ts' : './mail-process.js';
const process = new Confined<MailJob, InboundMail>(new URL(OURS, import.meta.url), BOUNDS);

/** Only as much of a mail as its header takes. */
const HEAD_BYTES = 256 * 1024;

/** The header of a mail, and as much of its text as lies in the same first quarter of a megabyte. */
export const parseHead = (raw: Buffer): InboundMail => parseMail(raw.subarray(0, HEAD_BYTES));

/**
 * As `parseMail`, in a process that is stopped when it takes too long: whatever somebody finds that makes us read for hours,
 * it holds up nobody else's mails. Null for such a mail.
 * @throws Overloaded when too many wait already
 */
export async function readMail(raw: Buffer, about: Circumstances = {}): Promise<InboundMail | null> {
  const { messageId } = parseHead(raw);
  const job = { raw, envelopeFrom: about.envelopeFrom, isOurs: about.isOurs?.(messageId) ?? false };
  const mail = await process.run(job).catch((error: Error) => {
    if (error instanceof Overrun) return null;
    throw error;
  });
  mail?.attachments.forEach((file) => (file.content = Buffer.from(file.content)));
  return mail;
}
