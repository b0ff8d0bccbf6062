import { createServer } from 'node:net';
import type { Config } from '@foyer/config';
import { Obstacle } from '../../progress.mjs';

/** Finds out before anything starts whether our ports are free. */
export async function checkPorts({ port, mailbox, smtpUrl, inbound }: Config): Promise<void> {
  const ports = smtpUrl ? [port] : [port, mailbox.smtpPort, mailbox.pagePort];
  if (inbound.smtpPort) ports.push(inbound.smtpPort);
  for (const wanted of ports) {
    const problem = (await tryListen(wanted, '127.0.0.1')) ?? (await tryListen(wanted));
    if (problem === 'EACCES')
      throw new Obstacle(`Port ${wanted} needs administrator rights. Choose another: npm start -- --port N`);
    if (problem)
      throw new Obstacle(
        `Port ${wanted} is already in use. Stop the other program, or choose another port: npm start -- --port ${port + 100}`,
      );
  }
}

function tryListen(port: number, host?: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen({ port, host }, () => server.close(() => resolve(null)));
  });
}
