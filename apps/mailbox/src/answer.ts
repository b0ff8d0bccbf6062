import { createTransport } from 'nodemailer';
import type { Config } from '@foyer/config';
import type { Letter } from './letter.js';

/** Sends what somebody answers to a mail, as their mail program would: where mails come in. */
export type Answer = (letter: Letter, text: string) => Promise<void>;

export function answering({ smtpPort: port, authservId }: Config['inbound']): Answer | null {
  if (!port) return null;
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true });
  return async (letter, text) => {
    const header = (name: string) => letter.headers.find((one) => one.name.toLowerCase() === name)?.value ?? '';
    const from = letter.to[0]!;
    const quoted = letter.text.trim().replace(/^/gm, '> ');
    await transport.sendMail({
      ...{ from, to: header('reply-to'), subject: `Re: ${letter.subject}`, inReplyTo: header('message-id') },
      references: [header('references'), header('message-id')].filter(Boolean).join(' '),
      text: `${text}\n\nOn ${letter.receivedAt}, ${letter.from} wrote:\n${quoted}\n`,
      // The mailbox stands for the mail servers of everybody who has one here, so it knows that this is who it says.
      headers: authservId ? [{ key: 'Authentication-Results', value: `${authservId}; dmarc=pass` }] : [],
    });
  };
}

/** Whether a mail says where answers go, so that one can be sent. */
export const canBeAnswered = (letter: Letter): boolean =>
  letter.to.length > 0 && letter.headers.some(({ name }) => name.toLowerCase() === 'reply-to');
