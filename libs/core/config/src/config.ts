import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { variables, type Variable, type VariableName } from './variables.js';

export interface Config {
  env: 'development' | 'test' | 'production';
  /** Templates, texts and CSS are read again when somebody edits them. */
  watchFiles: boolean;
  port: number;
  /** Origin of the sign-up site; tenants, `admin` and `files` live on its subdomains. */
  baseUrl: URL;
  /** Absolute. */
  dataDir: string;
  /** The owner's login: migrations and provisioning. The app's and the queue's logins are made from it. */
  databaseUrl: string;
  poolSize: number;
  /** Absent: queues live in PostgreSQL. */
  redisUrl?: string;
  workerConcurrency: number;
  /** Absent: mails go to the mailbox of development. Always present in production. */
  smtpUrl?: string;
  mailFrom: string;
  mailbox: { smtpPort: number; pagePort: number };
  inbound: {
    /** Of the addresses that take mails in: `<slug>@<domain>`. */
    domain: string;
    /** Absent: no mails by SMTP. */
    smtpPort?: number;
    tls?: { keyFile: string; certFile: string };
    authservId?: string;
    limitBytes: number;
    keepDays: number;
  };
  /** Ranges of private addresses that outgoing connections chosen by tenants may go to. */
  privateNetworks: string[];
  /** Servers that are asked for records of the DNS; none: those of the system. */
  dnsServers: string[];
  /** Of tests: by the origin of a provider, the origin that answers in its place. */
  signOnStandIns: Readonly<Record<string, string>>;
  /** Absent: nothing is billed, and every tenant has everything. */
  stripe?: {
    secretKey: string;
    webhookSecret: string;
    /** Absent: Stripe's own. */
    apiBase?: string;
  };
  /** 32 bytes or more. Never used as it is: each purpose derives a key of its own. */
  secretKey: string;
  trustProxy: string[];
  logLevel: string;
  uploadLimitBytes: number;
  filesQuotaBytes: number;
  mailsQuotaBytes: number;
  /** Absolute. Absent: the plans that come with the product. */
  plansFile?: string;
  /** Absolute. Absent: the terms and privacy notice that come with the product. */
  legalDir?: string;
  /** Absent: files live in `dataDir`. */
  s3?: { endpoint?: string; bucket: string; region: string; accessKeyId: string; secretAccessKey: string };
}

export class ConfigError extends Error {
  override name = 'ConfigError';

  constructor(readonly problems: string[]) {
    super(`Foyer cannot start with this environment:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  }
}

type Values = { [Name in VariableName]?: z.output<(typeof variables)[Name]['schema']> };

const workspace = fileURLToPath(new URL('../../../../', import.meta.url));

/** Reads and validates the whole environment; throws one `ConfigError` that lists everything wrong with it. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const problems: string[] = [];
  const values = parse(env, problems);
  const production = values.NODE_ENV === 'production';
  const dataDir = resolve(workspace, values.DATA_DIR!);

  if (!values.DATABASE_URL && !env.DATABASE_URL)
    problems.push('DATABASE_URL is missing: where PostgreSQL is, like postgres://user:password@host:5432/foyer.');
  if (production) problems.push(...unsafeInProduction(values, env));
  problems.push(
    ...halfConfiguredStorage(values),
    ...halfConfiguredEncryption(values),
    ...halfConfiguredPayments(values),
  );
  if (problems.length > 0) throw new ConfigError(problems);

  const baseUrl = new URL(values.BASE_URL ?? `http://localhost:${values.PORT}`);
  return {
    env: values.NODE_ENV!,
    watchFiles: values.WATCH_FILES === 'yes',
    port: values.PORT!,
    baseUrl,
    dataDir,
    databaseUrl: values.DATABASE_URL!,
    poolSize: values.POOL_SIZE!,
    redisUrl: values.REDIS_URL,
    workerConcurrency: values.WORKER_CONCURRENCY!,
    smtpUrl: values.SMTP_URL,
    mailFrom: values.MAIL_FROM ?? `mail@${baseUrl.hostname}`,
    mailbox: { smtpPort: values.PORT! + 25, pagePort: values.PORT! + 26 },
    inbound: inboundOf(values, baseUrl),
    privateNetworks: values.PRIVATE_NETWORKS!,
    dnsServers: values.DNS_SERVERS!,
    signOnStandIns: Object.fromEntries(values.SIGN_ON_STAND_INS!.map((pair) => pair.split('=') as [string, string])),
    stripe:
      values.STRIPE_SECRET_KEY && values.STRIPE_WEBHOOK_SECRET
        ? {
            secretKey: values.STRIPE_SECRET_KEY,
            webhookSecret: values.STRIPE_WEBHOOK_SECRET,
            apiBase: values.STRIPE_API_BASE,
          }
        : undefined,
    secretKey: values.SECRET_KEY ?? keptSecret(dataDir),
    trustProxy: values.TRUST_PROXY!,
    logLevel: values.LOG_LEVEL!,
    uploadLimitBytes: values.UPLOAD_LIMIT_MB! * 1024 * 1024,
    filesQuotaBytes: values.FILES_QUOTA_MB! * 1024 * 1024,
    mailsQuotaBytes: values.MAILS_QUOTA_MB! * 1024 * 1024,
    plansFile: values.PLANS_FILE && resolve(workspace, values.PLANS_FILE),
    legalDir: values.LEGAL_DIR && resolve(workspace, values.LEGAL_DIR),
    s3: values.S3_BUCKET
      ? {
          endpoint: values.S3_ENDPOINT,
          bucket: values.S3_BUCKET,
          region: values.S3_REGION!,
          accessKeyId: values.S3_ACCESS_KEY_ID!,
          secretAccessKey: values.S3_SECRET_ACCESS_KEY!,
        }
      : undefined,
  };
}

function inboundOf(values: Values, baseUrl: URL): Config['inbound'] {
  const development = values.NODE_ENV === 'development';
  const [keyFile, certFile] = [values.INBOUND_TLS_KEY, values.INBOUND_TLS_CERT];
  return {
    domain: (values.INBOUND_DOMAIN ?? `in.${baseUrl.hostname}`).toLowerCase(),
    smtpPort: values.INBOUND_SMTP_PORT ?? (development ? values.PORT! + 27 : undefined),
    tls: keyFile && certFile ? { keyFile, certFile } : undefined,
    // In development the mailbox plays the part of the server before ours.
    authservId: values.INBOUND_AUTHSERV_ID ?? (development ? 'mailbox.localhost' : undefined),
    limitBytes: values.INBOUND_LIMIT_MB! * 1024 * 1024,
    keepDays: values.INBOUND_KEEP_DAYS!,
  };
}

function parse(env: NodeJS.ProcessEnv, problems: string[]): Values {
  const values: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries<Variable>(variables)) {
    // Compose files and Helm charts write `NAME=` for what is not set.
    const raw = env[name]?.trim() || variable.default;
    if (raw === undefined) continue;
    const result = variable.schema.safeParse(raw);
    if (result.success) values[name] = result.data;
    else problems.push(`${name} ${result.error.issues[0]!.message}${isSecret(name) ? '' : `, not “${raw}”`}.`);
  }
  return values as Values;
}

/** A wrong password or key must not end up in a log through an error message. */
const isSecret = (name: string) => /SECRET|KEY|_URL$/.test(name) && name !== 'BASE_URL';

function unsafeInProduction(values: Values, env: NodeJS.ProcessEnv): string[] {
  const problems: string[] = [];
  const missing = (name: VariableName, why: string) => {
    if (!env[name]?.trim()) problems.push(`${name} is missing: ${why}`);
  };
  missing('SECRET_KEY', 'production needs at least 32 random characters, for example from `openssl rand -base64 48`.');
  missing('BASE_URL', 'production needs the public address, like https://example.com.');
  missing('SMTP_URL', 'production needs a server that sends mails, like smtp://user:password@host:587.');
  if (values.SIGN_ON_STAND_INS!.length > 0) problems.push('SIGN_ON_STAND_INS is for tests alone: remove it.');
  if (values.STRIPE_API_BASE)
    problems.push('STRIPE_API_BASE is for development alone: remove it, so that payments go to Stripe.');
  if (/^[sr]k_sandbox_/.test(values.STRIPE_SECRET_KEY ?? ''))
    problems.push('STRIPE_SECRET_KEY is a key of the Stripe sandbox, which takes no money: use one of Stripe.');
  const url = values.BASE_URL && new URL(values.BASE_URL);
  if (url && url.protocol === 'http:' && !/(^|\.)localhost$/.test(url.hostname))
    problems.push('BASE_URL must begin with https:// in production: sign-in cookies are only safe there.');
  return problems;
}

function halfConfiguredStorage(values: Values): string[] {
  const asked = values.S3_BUCKET || values.S3_ACCESS_KEY_ID || values.S3_SECRET_ACCESS_KEY || values.S3_ENDPOINT;
  if (!asked) return [];
  return (['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const)
    .filter((name) => !values[name])
    .map(
      (name) => `${name} is missing: the bucket needs S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY together.`,
    );
}

/** Without its secret nobody could tell what comes from Stripe; without a key nobody could ask it. */
function halfConfiguredPayments(values: Values): string[] {
  const names = ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'] as const;
  const missing = names.filter((name) => !values[name]);
  if (missing.length === 0 || (missing.length === 2 && !values.STRIPE_API_BASE)) return [];
  return missing.map(
    (name) => `${name} is missing: payments need STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET together.`,
  );
}

/** One file alone would leave mails unencrypted without a word. */
function halfConfiguredEncryption(values: Values): string[] {
  const names = ['INBOUND_TLS_KEY', 'INBOUND_TLS_CERT'] as const;
  const missing = names.filter((name) => !values[name]);
  if (missing.length !== 1) return [];
  return [`${missing[0]!} is missing: STARTTLS needs INBOUND_TLS_KEY and INBOUND_TLS_CERT together.`];
}

/** Web and worker of one folder must agree on the key, and either may be the first to start. */
function keptSecret(dataDir: string): string {
  const file = resolve(dataDir, 'secret');
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(dataDir, { recursive: true });
    if (!existsSync(file)) {
      writeFileSync(draft, randomBytes(48).toString('base64url'), { mode: 0o600 });
      // A link appears whole or not at all, so nobody reads half a key.
      linkSync(draft, file);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new ConfigError([`DATA_DIR cannot be written: ${(error as Error).message}.`]);
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(file, 'utf8');
}
