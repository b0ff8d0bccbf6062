import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, describeVariables, loadConfig } from '../src/index.js';

const databaseUrl = 'postgres://foyer:secret@127.0.0.1:5432/foyer';
const dataDir = mkdtempSync(join(tmpdir(), 'foyer-config-'));
const development = (more: NodeJS.ProcessEnv = {}) =>
  loadConfig({ DATABASE_URL: databaseUrl, DATA_DIR: dataDir, ...more });
const production = {
  NODE_ENV: 'production',
  DATABASE_URL: databaseUrl,
  BASE_URL: 'https://example.com',
  SMTP_URL: 'smtp://mail.example.com:587',
  SECRET_KEY: 'k'.repeat(32),
};

function problemsOf(env: NodeJS.ProcessEnv): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('configuration', () => {
  test('a developer needs to set nothing but the database', () => {
    const config = development();
    expect(config).toMatchObject({
      env: 'development',
      port: 3000,
      poolSize: 10,
      trustProxy: [],
      mailFrom: 'mail@localhost',
    });
    expect(config.baseUrl.href).toBe('http://localhost:3000/');
    expect(config.mailbox).toEqual({ smtpPort: 3025, pagePort: 3026 });
    expect(config.smtpUrl).toBeUndefined();
  });

  test('the address follows the port unless it is given', () => {
    expect(development({ PORT: '4000' }).baseUrl.href).toBe('http://localhost:4000/');
    expect(development({ PORT: '4000', BASE_URL: 'https://foyer.test' }).baseUrl.href).toBe('https://foyer.test/');
  });

  test('an empty variable counts as not set', () => {
    expect(development({ PORT: '', REDIS_URL: '  ' })).toMatchObject({ port: 3000, redisUrl: undefined });
  });

  test('everything wrong is listed at once, in sentences', () => {
    expect(
      problemsOf({
        PORT: 'eighty',
        BASE_URL: 'foyer',
        LOG_LEVEL: 'loud',
        POOL_SIZE: '1',
        MAIL_FROM: 'me',
        S3_BUCKET: 'b',
      }),
    ).toEqual([
      'PORT must be a whole number from 1 to 65507, not “eighty”.',
      'BASE_URL must be an address like https://example.com, not “foyer”.',
      'POOL_SIZE must be a whole number from 2 to 200, not “1”.',
      'MAIL_FROM must be an email address, not “me”.',
      'LOG_LEVEL must be silent, fatal, error, warn, info, debug or trace, not “loud”.',
      'DATABASE_URL is missing: where PostgreSQL is, like postgres://user:password@host:5432/foyer.',
      'S3_ACCESS_KEY_ID is missing: the bucket needs S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY together.',
      'S3_SECRET_ACCESS_KEY is missing: the bucket needs S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY together.',
    ]);
  });

  test('half a certificate for mails that come in is none', () => {
    for (const [given, missing] of [
      ['INBOUND_TLS_KEY', 'INBOUND_TLS_CERT'],
      ['INBOUND_TLS_CERT', 'INBOUND_TLS_KEY'],
    ] as const) {
      expect(problemsOf({ DATABASE_URL: 'postgres://db/foyer', [given]: '/etc/foyer/tls' })).toEqual([
        `${missing} is missing: STARTTLS needs INBOUND_TLS_KEY and INBOUND_TLS_CERT together.`,
      ]);
    }
  });

  test('an error never repeats a password or a key', () => {
    const problems = problemsOf({
      DATABASE_URL: 'mysql://root:hunter2@db',
      SECRET_KEY: 'too-short',
      SMTP_URL: 'hunter2',
    });
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toMatch(/hunter2|too-short/);
  });

  test('an address with a path is refused, since hosts are made from it', () => {
    expect(problemsOf({ DATABASE_URL: databaseUrl, BASE_URL: 'https://example.com/portal' })).toEqual([
      'BASE_URL must be an address without path, query or login, like https://example.com, not “https://example.com/portal”.',
    ]);
  });

  test('production accepts what is complete', () => {
    expect(loadConfig(production)).toMatchObject({ env: 'production', secretKey: 'k'.repeat(32) });
  });

  test('production refuses to invent a key, an address or a mail server', () => {
    const problems = problemsOf({ NODE_ENV: 'production', DATABASE_URL: databaseUrl });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['SECRET_KEY', 'BASE_URL', 'SMTP_URL']);
  });

  test('production refuses plain http, except on localhost', () => {
    expect(problemsOf({ ...production, BASE_URL: 'http://example.com' })).toEqual([
      'BASE_URL must begin with https:// in production: sign-in cookies are only safe there.',
    ]);
    expect(problemsOf({ ...production, BASE_URL: 'http://localhost:3000' })).toEqual([]);
  });

  test('production takes payments by Stripe alone', () => {
    const stripe = { STRIPE_SECRET_KEY: 'sk_live_51N', STRIPE_WEBHOOK_SECRET: 'whsec_51N' };
    expect(loadConfig({ ...production, ...stripe }).stripe).toEqual({
      secretKey: 'sk_live_51N',
      webhookSecret: 'whsec_51N',
    });
    expect(loadConfig(production).stripe).toBeUndefined();
    expect(problemsOf({ ...production, ...stripe, STRIPE_API_BASE: 'http://127.0.0.1:3028' })).toEqual([
      'STRIPE_API_BASE is for development alone: remove it, so that payments go to Stripe.',
    ]);
    for (const kind of ['sk', 'rk'])
      expect(problemsOf({ ...production, ...stripe, STRIPE_SECRET_KEY: `${kind}_sandbox_foyer` })).toEqual([
        'STRIPE_SECRET_KEY is a key of the Stripe sandbox, which takes no money: use one of Stripe.',
      ]);
  });

  test('a key of Stripe without the secret of its webhooks is none', () => {
    expect(problemsOf({ DATABASE_URL: databaseUrl, STRIPE_SECRET_KEY: 'sk_test_1' })).toEqual([
      'STRIPE_WEBHOOK_SECRET is missing: payments need STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET together.',
    ]);
    expect(problemsOf({ DATABASE_URL: databaseUrl, STRIPE_API_BASE: 'http://127.0.0.1:3028' })).toHaveLength(2);
  });

  test('outside production the key is made once, kept for all processes, and private', () => {
    const first = development().secretKey;
    expect(Buffer.byteLength(first)).toBeGreaterThanOrEqual(32);
    expect(development().secretKey).toBe(first);
    expect(statSync(join(dataDir, 'secret')).mode & 0o777).toBe(0o600);
  });

  test.each(['../README.md', '../../../../README.md'])('%s lists exactly the variables there are', (file) => {
    const readme = readFileSync(new URL(file, import.meta.url), 'utf8');
    expect(readme).toContain(describeVariables());
  });
});
