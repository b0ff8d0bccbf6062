import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { SMTPServerDataStream, SMTPServerSession } from 'smtp-server';
import { SmtpPeers } from './smtp-peers.js';

/** What to say of a recipient, before the mail is sent. */
export type Welcome = 'yes' | 'unknown' | 'later';

export interface Delivered {
  /** A file with the mail; gone once `deliver` is done. */
  path: string;
  size: number;
  from: string;
  to: string[];
  peer: string;
  helo: string;
}
export interface SmtpListenerOptions {
  port: number;
  /** All interfaces unless given. */
  host?: string;
  /** What the server calls itself. */
  name: string;
  /** For mails on their way. */
  folder: string;
  maxBytes: number;
  tls?: { keyFile: string; certFile: string };
  welcome(address: string): Promise<Welcome>;
  /** Once it is done the mail is ours; when it throws, the sender keeps it and tries again. */
  deliver(mail: Delivered): Promise<void>;
}
export interface SmtpListener {
  port: number;
  close(): Promise<void>;
}

const MAX_RECIPIENTS = 50;
/** Somebody who tries out names is told nothing more for the rest of the connection. */
const MAX_UNKNOWN = 10;
const SILENCE_MS = 30_000;

class Refusal extends Error {
  constructor(
    readonly responseCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** Takes mails in by SMTP (RFC 5321): only for recipients that are ours, only up to a size, acknowledged only when kept. */
export async function openSmtpListener(options: SmtpListenerOptions): Promise<SmtpListener> {
  await mkdir(options.folder, { recursive: true });
  const unknown = new WeakMap<SMTPServerSession, number>();
  const tls = options.tls && {
    key: await readFile(options.tls.keyFile),
    cert: await readFile(options.tls.certFile),
  };
  const { SMTPServer } = await import('smtp-server');
  const server = new SMTPServer({
    ...{ name: options.name, banner: 'ready', authOptional: true, disableReverseLookup: true, logger: false },
    ...(tls ?? {}),
    disabledCommands: tls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    ...{ size: options.maxBytes, socketTimeout: SILENCE_MS, closeTimeout: 5_000 },
    hideENHANCEDSTATUSCODES: true,
    onRcptTo: ({ address }, session, done) => {
      if (session.envelope.rcptTo.length >= MAX_RECIPIENTS) return done(new Refusal(452, 'Too many recipients'));
      const misses = unknown.get(session) ?? 0;
      if (misses >= MAX_UNKNOWN) return done(new Refusal(550, 'No such mailbox here'));
      options.welcome(address).then(
        (answer) => {
          if (answer === 'yes') return done();
          if (answer === 'unknown') unknown.set(session, misses + 1);
          done(answer === 'later' ? new Refusal(450, 'Not at the moment') : new Refusal(550, 'No such mailbox here'));
        },
        () => done(new Refusal(451, 'Not at the moment')),
      );
    },
    onData: (stream, session, done) => {
      peers.sending(session, true);
      void receive(stream, session, options)
        .then(
          () => done(null, 'Kept'),
          (error: Error) => done(error instanceof Refusal ? error : new Refusal(451, 'Not at the moment')),
        )
        .finally(() => peers.sending(session, false));
    },
  });
  const peers = new SmtpPeers(server.server);
  server.on('error', () => undefined); // a connection that breaks is the sender's to repeat
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(options.port, options.host, () => resolve());
  });
  return {
    port: (server.server.address() as { port: number }).port,
    close: () => {
      peers.close();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function receive(stream: SMTPServerDataStream, session: SMTPServerSession, options: SmtpListenerOptions) {
  const path = join(options.folder, `${randomUUID()}.eml`);
  try {
    let size = 0;
    await pipeline(
      stream,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          size += chunk.length;
          // What is too large is read to its end, as the protocol wants, and thrown away.
          if (size <= options.maxBytes) yield chunk;
        }
      },
      createWriteStream(path),
    );
    if (size > options.maxBytes) throw new Refusal(552, 'The mail is too large');
    const { envelope, remoteAddress, hostNameAppearsAs } = session;
    await options.deliver({
      ...{ path, size, peer: remoteAddress.replace(/^::ffff:(?=\d+\.)/, ''), helo: String(hostNameAppearsAs ?? '') },
      from: envelope.mailFrom ? envelope.mailFrom.address : '',
      to: envelope.rcptTo.map(({ address }) => address),
    });
  } finally {
    await rm(path, { force: true });
  }
}
