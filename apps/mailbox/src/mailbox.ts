import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { Config } from '@foyer/config';
import { answering } from './answer.js';
import { Letterbox } from './letterbox.js';
import { mailboxSite } from './site.js';
import { smtpInto } from './smtp.js';

/** Only this machine may send to it or look into it. */
const HOST = '127.0.0.1';

export interface Mailbox {
  close(): Promise<void>;
}

/** Opens the mailbox: SMTP on one port, its page on the next. */
export async function openMailbox({
  dataDir,
  mailbox,
  inbound,
}: Pick<Config, 'dataDir' | 'mailbox'> & Partial<Pick<Config, 'inbound'>>): Promise<Mailbox> {
  const letterbox = new Letterbox(join(dataDir, 'mailbox'));
  await letterbox.open();
  const site = createServer(mailboxSite(letterbox, inbound ? answering(inbound) : null));
  const smtp = smtpInto(letterbox);
  await listening(site, mailbox.pagePort);
  await new Promise<void>((resolve, reject) => {
    smtp.once('error', reject);
    smtp.listen(mailbox.smtpPort, HOST, resolve);
  });
  return {
    async close() {
      site.closeAllConnections();
      await new Promise((resolve) => site.close(resolve));
      await new Promise<void>((resolve) => smtp.close(resolve));
    },
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => server.once('error', reject).listen(port, HOST, resolve));
}
