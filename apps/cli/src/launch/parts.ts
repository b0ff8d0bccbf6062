import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '@foyer/config';
import type { Part } from './child.js';

const app = (path: string) => new URL(`../../../${path}`, import.meta.url);

export function parts({ port, mailbox, smtpUrl, stripe }: Config): Part[] {
  const web: Part = {
    name: 'web',
    module: app('web/dist/main.js'),
    ready: () => answers(`http://127.0.0.1:${port}/readyz`),
  };
  const worker: Part = { name: 'worker', module: app('worker/dist/main.js'), ready: says('ready') };
  const post: Part = {
    name: 'mailbox',
    module: app('mailbox/dist/main.js'),
    ready: () => answers(`http://127.0.0.1:${mailbox.pagePort}/messages`),
  };
  const payments: Part = {
    name: 'stripe-sandbox',
    module: app('stripe-sandbox/dist/main.js'),
    ready: () => answers(`${stripe?.apiBase}/sandbox/state`),
  };
  return [web, worker, ...(smtpUrl ? [] : [post]), ...(stripe?.apiBase ? [payments] : [])];
}

async function answers(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    if (answer?.ok) return;
    await sleep(50);
  }
}

function says(word: string) {
  return (child: ChildProcess) =>
    new Promise<void>((resolve) => child.on('message', (message) => message === word && resolve()));
}
