import type { ImapFlow } from 'imapflow';

export interface ImapAccount {
  /** Where to connect: an address that the guard has let through. */
  address: string;
  /** As the certificate names it. */
  host: string;
  port: number;
  /** `none` sends the password in the clear: only for servers on one's own network. */
  security: 'tls' | 'starttls' | 'none';
  user: string;
  password: string;
  maxBytes: number;
}

/** A mail in a mailbox; `raw` is null for one that is larger than allowed. */
export type TakeMail = (raw: Buffer | null, uid: number) => Promise<void>;

const SILENCE_MS = 60_000;
const CONNECT_MS = 15_000;
/** Of one round, so that a full mailbox does not hold up the others. */
const MAX_MAILS = 50;

/**
 * Fetches unseen mails from INBOX, the oldest first, and marks each as seen once it was taken. Whatever fails in between
 * leaves the mail unseen, so it comes again. Returns how many were taken.
 */
export async function fetchMails(account: ImapAccount, take: TakeMail): Promise<number> {
  const imap = await import('imapflow');
  const client = new imap.ImapFlow({
    ...{ host: account.address, port: account.port, servername: account.host },
    ...{ secure: account.security === 'tls', doSTARTTLS: account.security === 'starttls' },
    auth: { user: account.user, pass: account.password },
    ...{ connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
    ...{ logger: false, disableAutoIdle: true },
  });
  client.on('error', () => undefined); // what is wrong is said by the call that waits
  await client.connect();
  try {
    const lock = await client.getMailboxLock('INBOX');
    try {
      return await takeAll(client, account.maxBytes, take);
    } finally {
      lock.release();
    }
  } finally {
    await client.logout().catch(() => client.close());
  }
}

async function takeAll(client: ImapFlow, maxBytes: number, take: TakeMail): Promise<number> {
  const unseen = (await client.search({ seen: false }, { uid: true })) || [];
  let taken = 0;
  for (const uid of unseen.slice(0, MAX_MAILS)) {
    const about = await client.fetchOne(String(uid), { size: true }, { uid: true });
    if (!about) continue;
    const small = (about.size ?? 0) <= maxBytes;
    const found = small ? await client.fetchOne(String(uid), { source: true }, { uid: true }) : false;
    await take(found && found.source ? found.source : null, uid);
    await client.messageFlagsAdd(String(uid), ['\\Seen'], { uid: true });
    taken++;
  }
  return taken;
}
