import type { ParsedMail } from 'mailparser';

/** A mail as the list and the tests see it. */
export interface Letter {
  id: string;
  receivedAt: string;
  from: string;
  /** The envelope's recipients: who really got it. */
  to: string[];
  subject: string;
  text: string;
  html: string | null;
  /** Every address the mail links to, in order. */
  links: string[];
  headers: { name: string; value: string }[];
  attachments: { name: string; type: string; size: number }[];
}

export function letterOf(id: string, receivedAt: Date, mail: ParsedMail): Letter {
  const html = mail.html || null;
  const text = mail.text ?? '';
  return {
    id,
    receivedAt: receivedAt.toISOString(),
    from: mail.from?.text ?? '',
    to: mail.headerLines.filter(({ key }) => key === 'delivered-to').map(({ line }) => valueOf(line)),
    subject: mail.subject ?? '',
    text,
    html,
    links: linksIn(html, text),
    headers: mail.headerLines.map(({ line }) => ({ name: line.slice(0, line.indexOf(':')), value: valueOf(line) })),
    attachments: mail.attachments.map(({ filename, contentType, size }, index) => ({
      name: filename ?? `attachment-${index + 1}`,
      type: contentType,
      size,
    })),
  };
}

const valueOf = (line: string) =>
  line
    .slice(line.indexOf(':') + 1)
    .replace(/\r?\n\s+/g, ' ')
    .trim();

function linksIn(html: string | null, text: string): string[] {
  const found = html
    ? [...html.matchAll(/<a\b[^>]*\bhref="(https?:[^"]+)"/gi)].map(([, href]) => href!.replaceAll('&amp;', '&'))
    : [...text.matchAll(/https?:\/\/[^\s<>"]+/g)].map(([href]) => href);
  return [...new Set(found)];
}
