import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterTests, type TestPerson, World } from '@foyer/app-cli/testing';
import { Redis } from 'ioredis';
import { freePort } from './processes.js';

let port: number;
let redis: ChildProcess;
let world: World;
let ana: TestPerson;

beforeAll(async () => {
  port = await freePort();
  await startRedis();
  world = await World.startWithWorker({ REDIS_URL: `redis://127.0.0.1:${port}` });
  ana = await (await world.tenant('acme')).customer('Ana');
}, 60_000);

afterTests(async () => {
  redis.kill('SIGKILL');
  await once(redis, 'exit').catch(() => undefined);
});

const mailAbout = (subject: string) =>
  world.mails.mailTo(ana.email, (mail) => (mail.subject ?? '').includes(subject), 120_000);

/** Opens a ticket as a person would and gives the answer's status. */
async function opens(subject: string): Promise<number> {
  const browser = await ana.browser();
  return (await browser.post('/tickets', { subject, description: 'With a Redis in trouble', priority: 'normal' }))
    .status;
}

test('Redis killed and started empty: tickets are taken meanwhile, and every mail is sent', async () => {
  expect(await opens('Before the fall')).toBe(303);
  await mailAbout('Before the fall');
  redis.kill('SIGKILL');
  await once(redis, 'exit');
  expect(await opens('While it is away')).toBe(303);
  await startRedis();
  await mailAbout('While it is away');
}, 180_000);

test('Redis flushed right after a job was handed over: the outbox hands it over again', async () => {
  const client = new Redis(port, '127.0.0.1');
  await client.client('PAUSE', 1500, 'ALL'); // the worker cannot take the job before it is gone
  expect(await opens('Flushed away')).toBe(303);
  await client.flushall();
  await client.quit();
  await mailAbout('Flushed away');
}, 180_000);

test('a slow Redis keeps nobody waiting at the counter', async () => {
  const client = new Redis(port, '127.0.0.1');
  await client.client('PAUSE', 5000, 'ALL');
  let answered = false;
  const paused = client.ping().then(() => answered);
  expect(await opens('In slow motion')).toBe(303);
  answered = true;
  expect(await paused).toBe(true); // the customer had the answer before Redis had one
  await client.quit();
  await mailAbout('In slow motion');
}, 180_000);

async function startRedis(): Promise<void> {
  redis = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  });
  const client = new Redis(port, '127.0.0.1', { lazyConnect: false, retryStrategy: () => 100 });
  client.on('error', () => undefined);
  while ((await client.ping().catch(() => '')) !== 'PONG') await pause(50);
  await client.quit();
}
