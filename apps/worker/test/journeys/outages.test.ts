import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterTests, Faucet, Postbox, World } from '@foyer/app-cli/testing';
import type { Config } from '@foyer/config';
import { Redis } from 'ioredis';
import { freePort, isReady, startProcess, until } from './processes.js';

/** Seconds for which a dependency is away; each thrice. */
const AWAY = [1, 10, 60, 1, 10, 60, 1, 10, 60];
const BACK_WITHIN_SECONDS = 10;

interface Installation {
  config: Config;
  postbox: Postbox;
  database: Faucet;
  smtp: Faucet;
  redis: Faucet | null;
  web: ChildProcess;
  worker: ChildProcess;
  host: string;
  cookie: string;
  csrf: string;
}

let redisPort: number;
let redisServer: ChildProcess;

beforeAll(async () => {
  redisPort = await freePort();
  redisServer = spawn('redis-server', ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', ''], {
    stdio: 'ignore',
  });
  const redis = new Redis(redisPort, '127.0.0.1', { retryStrategy: () => 100, maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  await redis.ping();
  redis.disconnect();
}, 60_000);
afterTests(async () => {
  redisServer.kill('SIGKILL');
  await once(redisServer, 'exit').catch(() => undefined);
});

// Most of it is waiting, so the three go at the same time, each with an installation of its own.
test('database, Redis and mail server go away for 1, 10 and 60 seconds, thrice, under load: all comes back by itself', async () => {
  const installations = await Promise.all([installation(false), installation(true), installation(false)]);
  const away = [installations[0]!.database, installations[1]!.redis!, installations[2]!.smtp];
  const names = ['the database', 'Redis', 'the mail server'];
  await Promise.all(installations.map((each, n) => survives(each, away[n]!, names[n]!)));
}, 900_000);

async function survives(installation: Installation, faucet: Faucet, name: string): Promise<void> {
  let loading = true;
  const load = Promise.all([0, 1].map(() => loads(installation, () => loading)));
  try {
    await works(installation, `${name}: before`, 60);
    await pause(3_000); // what is made at first use is made
    const before = sizes(installation);
    let most = before.descriptors;
    for (const [round, seconds] of AWAY.entries()) {
      await faucet.shut();
      for (let second = 0; second < seconds; second += 1) {
        await pause(1_000);
        most = Math.max(most, sizes(installation).descriptors);
      }
      await faucet.open();
      await works(installation, `${name}, round ${round}, after ${seconds} s`, BACK_WITHIN_SECONDS);
    }
    const after = sizes(installation);
    const flat = {
      while: most < before.descriptors + 60,
      descriptors: after.descriptors < before.descriptors + 30,
      memory: after.megabytes < before.megabytes * 1.5 + 100,
    };
    expect({ name, before, most, after, flat }).toMatchObject({
      flat: { while: true, descriptors: true, memory: true },
    });
  } finally {
    loading = false;
    await load;
  }
}

/** A ticket is taken and its mail arrives: web, database, outbox, relay, queue, worker and mail server do their part. */
async function works(installation: Installation, when: string, seconds: number): Promise<void> {
  const subject = `Ticket ${(tickets += 1)}`;
  let opened = 0;
  await until(
    `${when}: a ticket is taken`,
    async () => (opened = await opens(installation, subject)) === 303,
    seconds,
    () => `The last answer was ${opened}.`,
  );
  await until(
    `${when}: the mail about it arrives`,
    () => installation.postbox.mails.some((mail) => mail.subject?.includes(subject)),
    seconds,
  );
}
let tickets = 0;

/** Reads pages until it is told to stop; what fails is asked for again. */
async function loads(installation: Installation, goesOn: () => boolean): Promise<void> {
  while (goesOn()) {
    await asks(installation, { path: '/tickets' });
    await pause(100);
  }
}

function opens(installation: Installation, subject: string): Promise<number> {
  const body = new URLSearchParams({
    ...{ _csrf: installation.csrf, subject, description: 'Under load', priority: 'normal', seen: 'all' },
  });
  return asks(installation, { path: '/tickets', body: body.toString() });
}

/** The status of the answer; 0 where none comes. */
function asks(
  { config, host, cookie }: Installation,
  { path, body }: { path: string; body?: string },
): Promise<number> {
  return new Promise((resolve) => {
    const headers = {
      ...{ Host: host, Origin: `http://${host}`, Cookie: cookie },
      ...(body && { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body) }),
    };
    const method = body ? 'POST' : 'GET';
    const sent = request({ host: '127.0.0.1', port: config.port, path, method, headers, timeout: 15_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('error', () => resolve(0));
    sent.on('timeout', () => sent.destroy());
    sent.end(body);
  });
}

function sizes({ web, worker }: Installation) {
  let [descriptors, kilobytes] = [0, 0];
  for (const { pid } of [web, worker]) {
    descriptors += readdirSync(`/proc/${pid}/fd`).length;
    kilobytes += Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
  }
  return { descriptors, megabytes: Math.round(kilobytes / 1024) };
}

async function installation(onRedis: boolean): Promise<Installation> {
  const postbox = await Postbox.open();
  afterTests(() => postbox.close());
  const world = await World.start();
  const acme = await world.tenant('acme');
  const browser = await (await acme.customer('Ana')).browser();
  const [database, smtp, redis] = await Promise.all([
    Faucet.to(world.config.databaseUrl),
    Faucet.to(postbox.url),
    onRedis ? Faucet.to(`redis://127.0.0.1:${redisPort}`) : null,
  ]);
  const port = await freePort();
  const variables = {
    ...{ NODE_ENV: 'test', PORT: String(port), BASE_URL: world.config.baseUrl.origin, LOG_LEVEL: 'silent' },
    ...{ SECRET_KEY: world.config.secretKey, DATA_DIR: world.config.dataDir, POOL_SIZE: '5' },
    ...{ DATABASE_URL: database.url, SMTP_URL: smtp.url, ...(redis && { REDIS_URL: redis.url }) },
  };
  const [web, worker] = [startProcess('web', variables), startProcess('worker', variables)];
  afterTests(async () => {
    for (const child of [web, worker]) child.kill('SIGKILL');
    await Promise.all([web, worker].map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
  });
  await Promise.all([once(worker, 'message'), until('web is ready', () => isReady(port), 60)]);
  return {
    ...{ config: { ...world.config, port }, postbox, database, smtp, redis, web, worker, host: acme.host },
    ...{ cookie: `session=${browser.cookie('session')}`, csrf: await browser.csrf() },
  };
}
