import { createServer } from 'node:net';
import type { Config } from '@foyer/config';
import { Obstacle } from '../../progress.mjs';

/** To these no browser connects, nor does `fetch`: https://fetch.spec.whatwg.org/#port-blocking */
export const REFUSED_BY_BROWSERS: ReadonlySet<number> = new Set([
  ...[1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109],
  ...[110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530],
  ...[531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190],
  ...[5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080],
]);

/** Finds out before anything starts whether our ports are free, and whether a browser would come to those with pages. */
export async function checkPorts(
  { port, mailbox, smtpUrl, inbound }: Config,
  payments: number | null = null,
): Promise<void> {
  const shown: [number, string][] = [[port, '']];
  if (!smtpUrl) shown.push([mailbox.pagePort, ', where the mailbox would be']);
  if (payments) shown.push([payments, ', where the Stripe sandbox would be']);
  for (const [page, whose] of shown) {
    if (REFUSED_BY_BROWSERS.has(page))
      throw new Obstacle(
        `Browsers refuse to connect to port ${page}${whose}. Choose another: npm start -- --port ${another(port)}`,
      );
  }
  const ports = smtpUrl ? [port] : [port, mailbox.smtpPort, mailbox.pagePort];
  if (inbound.smtpPort) ports.push(inbound.smtpPort);
  if (payments) ports.push(payments);
  for (const wanted of ports) {
    const problem = (await tryListen(wanted, '127.0.0.1')) ?? (await tryListen(wanted));
    if (problem === 'EACCES')
      throw new Obstacle(`Port ${wanted} needs administrator rights. Choose another: npm start -- --port N`);
    if (problem)
      throw new Obstacle(
        `Port ${wanted} is already in use. Stop the other program, or choose another port: npm start -- --port ${another(port)}`,
      );
  }
}

function another(port: number): number {
  const next = port + 100;
  return [next, next + 26, next + 28].some((one) => REFUSED_BY_BROWSERS.has(one)) ? another(next) : next;
}

function tryListen(port: number, host?: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen({ port, host }, () => server.close(() => resolve(null)));
  });
}
