import { createServer } from 'node:net';
import { createTransport } from 'nodemailer';
import type { TestTenant, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';

/** Of the mail server before ours, whose word on senders the tests' installation believes. */
export const AUTHSERV = 'mx.test';

export interface Draft {
  from: string;
  to: string;
  subject?: string;
  text?: string;
  id?: string;
  inReplyTo?: string;
  cc?: string;
  /** What the server before ours says; `none` when left out. */
  dmarc?: 'pass' | 'fail' | 'none';
  headers?: string[];
  /** Header and body of a MIME mail, instead of the text. */
  body?: string;
}
let count = 0;
/** Of the latest mail of each sender. */
const latest = new Map<string, string>();

export function raw(draft: Draft): string {
  const { from, to, subject = 'About the delivery', text = 'Hello', dmarc = 'none', headers = [], body } = draft;
  return [
    `Authentication-Results: ${AUTHSERV}; dmarc=${dmarc}`,
    ...[
      `From: ${from}`,
      `To: ${to}`,
      `Subject: ${subject}`,
      `Message-ID: ${draft.id ?? `<m${++count}.${process.pid}@client.example>`}`,
    ],
    ...(draft.cc ? [`Cc: ${draft.cc}`] : []),
    ...(draft.inReplyTo ? [`In-Reply-To: ${draft.inReplyTo}`, `References: ${draft.inReplyTo}`] : []),
    ...headers,
    body ?? `Content-Type: text/plain; charset=utf-8\r\n\r\n${text}`,
  ].join('\r\n');
}

/** Sends to the worker's listener as a mail server would, sealed where its certificate is given. Gives the code of its answer. */
export async function send(
  port: number,
  draft: Draft,
  envelope: { from?: string; to?: string } = {},
  sealed?: { ca: string; servername: string },
): Promise<number> {
  const id = draft.id ?? `<m${++count}.${process.pid}@client.example>`;
  latest.set(draft.from.toLowerCase(), id);
  const encryption = sealed ? { requireTLS: true, tls: sealed } : { ignoreTLS: true };
  const transport = createTransport({ host: '127.0.0.1', port, ...encryption });
  const from = envelope.from ?? /<?([^\s<>]+@[^\s<>]+?)>?$/.exec(draft.from)?.[1] ?? '';
  return transport.sendMail({ envelope: { from, to: [envelope.to ?? draft.to] }, raw: raw({ ...draft, id }) }).then(
    () => 250,
    (error: { responseCode?: number }) => error.responseCode ?? 0,
  );
}

/** Sends a mail as it is, line for line. */
export function sendRaw(
  port: number,
  source: string | Buffer,
  envelope: { from: string; to: string },
): Promise<number> {
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true });
  return transport.sendMail({ envelope: { from: envelope.from, to: [envelope.to] }, raw: source }).then(
    () => 250,
    (error: { responseCode?: number }) => error.responseCode ?? 0,
  );
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

export interface LogLine {
  status: string;
  reason: string | null;
  ticket: number | null;
  authentication: string;
}

/** What became of the latest mail from an address, or of one of several, once the worker has read it. */
export async function outcome(tenant: TestTenant, sender: string, nth?: number): Promise<LogLine> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const found = await tenant.query<LogLine>(
      () => sql`select i.status, i.reason, t.number::int as ticket, i.authentication from ${table('inbound_mail')} i
                  left join ${table('ticket')} t on t.id = i.ticket_id
                 where i.sender = ${sender} and (${nth ?? null}::int is not null or i.message_id = ${latest.get(sender) ?? ''} or ${!latest.has(sender)}) order by i.received_at, i.id`,
    );
    const line = found[(nth ?? 1) - 1];
    if (line && line.status !== 'received') return line;
    if (Date.now() > deadline) throw new Error(`A mail from ${sender} was not read; there is ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The thread of a ticket in words. */
export async function thread(
  tenant: TestTenant,
  number: number,
): Promise<
  {
    kind: string;
    body: string;
    source: string;
    author: string | null;
    quoted: string | null;
    type: string | null;
    detail: string | null;
  }[]
> {
  return tenant.query(
    () => sql`select m.kind, m.body, m.source, m.quoted, p.email as author, m.data->>'type' as type, m.data->>'detail' as detail from ${table('ticket_message')} m
                join ${table('ticket')} t on t.id = m.ticket_id left join ${table('person')} p on p.id = m.author_id
               where t.number = ${number} order by m.created_at, m.id`,
  );
}

/** The latest mail of ours to somebody, with the addresses that answer it. */
export async function letterTo(world: World, address: string, contains: string) {
  const mail = await world.mails.mailTo(address, ({ text, subject }) => `${subject} ${text}`.includes(contains));
  return { replyTo: mail.replyTo!.value[0]!.address!, messageId: mail.messageId!, mail };
}
