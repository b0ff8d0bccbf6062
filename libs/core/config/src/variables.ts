import { z } from 'zod';

/** One environment variable: what it may be, what it is when nobody sets it, and what it is for. */
export interface Variable<T = unknown> {
  schema: z.ZodType<T>;
  /** As one would write it in the environment. Without a default the variable is optional or required by `config.ts`. */
  default?: string;
  /** What stands in the README where the default is computed. */
  defaultInWords?: string;
  description: string;
}

const variable = <T>(description: string, schema: z.ZodType<T>, given: Partial<Variable<T>> = {}): Variable<T> => ({
  description,
  schema,
  ...given,
});

const wholeNumber = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${from} to ${to}`)
    .transform(Number)
    .refine((value) => value >= from && value <= to, `must be a whole number from ${from} to ${to}`);

const address = (example: string, ...protocols: string[]) =>
  z.string().refine((value) => {
    const url = URL.parse(value);
    return url !== null && url.hostname !== '' && protocols.includes(url.protocol);
  }, `must be an address like ${example}`);

const text = z.string();
const list = text.transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);

/** Every environment variable Foyer reads. Nothing else in the code looks at `process.env`. */
export const variables = {
  NODE_ENV: variable(
    '`production` refuses defaults that are unsafe',
    z.enum(['development', 'test', 'production'], 'must be development, test or production'),
    { default: 'development' },
  ),
  WATCH_FILES: variable(
    '`yes`: templates, texts and CSS are read again when they change, as `npm start -- --watch` does',
    z.enum(['yes', 'no'], 'must be yes or no'),
    { default: 'no' },
  ),
  PORT: variable(
    'Port of the web process; development also uses this port plus 25, 26 and 27 for email and 28 for payments',
    wholeNumber(1, 65_507),
    {
      default: '3000',
    },
  ),
  BASE_URL: variable(
    'Address of the sign-up site; tenants are on its subdomains, staff on `admin.`, uploaded files on `files.`',
    address('https://example.com', 'http:', 'https:').refine((value) => {
      const url = URL.parse(value);
      return url !== null && url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password;
    }, 'must be an address without path, query or login, like https://example.com'),
    { defaultInWords: '`http://localhost:PORT`' },
  ),
  DATA_DIR: variable('Folder for embedded PostgreSQL, uploaded files and the mailbox', text, { default: '.data' }),
  DATABASE_URL: variable(
    'PostgreSQL 16 or newer, with a login that can create roles; if unset, `npm start` runs its own',
    address('postgres://user:password@host:5432/foyer', 'postgres:', 'postgresql:'),
    { defaultInWords: 'embedded PostgreSQL' },
  ),
  POOL_SIZE: variable('Most connections to PostgreSQL per process', wholeNumber(2, 200), { default: '10' }),
  REDIS_URL: variable('Queues on Redis instead of PostgreSQL', address('redis://host:6379', 'redis:', 'rediss:'), {
    defaultInWords: 'queues on PostgreSQL',
  }),
  WORKER_CONCURRENCY: variable('Jobs a worker runs at the same time', wholeNumber(1, 200), { default: '8' }),
  SMTP_URL: variable('Server that sends email', address('smtp://user:password@host:587', 'smtp:', 'smtps:'), {
    defaultInWords: 'the development mailbox',
  }),
  MAIL_FROM: variable('Sender address of email; the sender name is the tenant’s', z.email('must be an email address'), {
    defaultInWords: '`mail@` + host of `BASE_URL`',
  }),
  INBOUND_DOMAIN: variable(
    'Domain of the addresses that receive email, like `acme@in.example.com`; its MX record points to `INBOUND_SMTP_PORT`',
    text.regex(
      /^(?=.{3,190}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/i,
      'must be a domain like in.example.com',
    ),
    { defaultInWords: '`in.` + host of `BASE_URL`' },
  ),
  INBOUND_SMTP_PORT: variable('Port on which the worker receives email', wholeNumber(1, 65_535), {
    defaultInWords: '`PORT` plus 27 in development; otherwise none',
  }),
  INBOUND_TLS_KEY: variable('File with the key for STARTTLS on that port', text),
  INBOUND_TLS_CERT: variable('File with the certificate for STARTTLS on that port', text),
  INBOUND_AUTHSERV_ID: variable(
    'Name of a mail server in front of ours whose `Authentication-Results` are trusted; it must remove forged ones',
    text,
  ),
  INBOUND_LIMIT_MB: variable('Largest email that is received', wholeNumber(1, 1_000), { default: '25' }),
  INBOUND_KEEP_DAYS: variable('Days for which received emails are kept in their original form', wholeNumber(1, 3_650), {
    default: '30',
  }),
  PRIVATE_NETWORKS: variable(
    'Private addresses that tenants’ mailboxes and identity providers may use: ranges like `10.1.0.0/16`, separated by commas',
    list,
    { default: '', defaultInWords: 'none' },
  ),
  DNS_SERVERS: variable(
    'Servers that are asked for the records by which people show that a domain is theirs: addresses, separated by commas',
    list.refine(
      (all) => all.every((one) => /^(?:[\d.]+|\[[\da-f:.]+\])(?::\d{1,5})?$|^[\da-f:.]+$/i.test(one)),
      'must be addresses like 192.0.2.53 or [2001:db8::53]:5353, separated by commas',
    ),
    { default: '', defaultInWords: 'those of the system' },
  ),
  SIGN_ON_STAND_INS: variable(
    'For tests alone: what answers in the place of Google, Microsoft and GitHub, as `origin=origin`, separated by commas',
    list.refine(
      (all) => all.every((one) => /^https?:\/\/[^=/]+=https?:\/\/[^=/]+$/.test(one)),
      'must be pairs like https://github.com=http://127.0.0.1:4000, separated by commas',
    ),
    { default: '', defaultInWords: 'none' },
  ),
  SECRET_KEY: variable(
    'Signs links and derives keys; at least 32 random characters, the same for every process',
    text.refine((value) => Buffer.byteLength(value) >= 32, 'must be at least 32 characters long'),
    { defaultInWords: 'created once and kept in `DATA_DIR/secret`; required in production' },
  ),
  TRUST_PROXY: variable(
    'Proxies whose `X-Forwarded-*` headers are trusted: addresses or ranges, separated by commas',
    list,
    {
      default: '',
      defaultInWords: 'none',
    },
  ),
  STRIPE_SECRET_KEY: variable(
    'Key of the Stripe account that operators pay into; without it nothing is billed in production, and every tenant has everything',
    text.refine((value) => /^[sr]k_\w+$/.test(value), 'must be a secret or restricted key of Stripe'),
    { defaultInWords: 'the Stripe sandbox in development; otherwise none' },
  ),
  STRIPE_WEBHOOK_SECRET: variable(
    'Signs what Stripe tells at `/webhooks/stripe`',
    text.refine((value) => /^whsec_\w+$/.test(value), 'must be the secret of a webhook endpoint of Stripe'),
  ),
  STRIPE_API_BASE: variable(
    'What answers in the place of Stripe, in development alone',
    address('http://127.0.0.1:3028', 'http:', 'https:'),
    { defaultInWords: 'Stripe’s; the Stripe sandbox in development' },
  ),
  LOG_LEVEL: variable(
    'How much is logged',
    z.enum(
      ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'],
      'must be silent, fatal, error, warn, info, debug or trace',
    ),
    { default: 'info' },
  ),
  PLANS_FILE: variable('Plans of your own, in the form of `libs/platform/plans/plans.json`', text),
  LEGAL_DIR: variable(
    'Folder with legal texts of your own for the sign-up site: `terms.en.md`, `privacy.de.md`, `imprint.fr.md` …',
    text,
  ),
  UPLOAD_LIMIT_MB: variable('Largest uploaded file', wholeNumber(1, 5_000), { default: '25' }),
  FILES_QUOTA_MB: variable('Most space for the files of one tenant', wholeNumber(1, 100_000_000), { default: '5000' }),
  MAILS_QUOTA_MB: variable('Most space for the emails of one tenant and their files', wholeNumber(1, 100_000_000), {
    default: '2000',
  }),
  S3_BUCKET: variable('S3-compatible bucket for uploaded files', text, {
    defaultInWords: 'files in `DATA_DIR/files`',
  }),
  S3_REGION: variable('Region of the bucket', text, { default: 'us-east-1' }),
  S3_ENDPOINT: variable('Address of the S3-compatible service', address('https://s3.example.com', 'http:', 'https:'), {
    defaultInWords: 'Amazon’s',
  }),
  S3_ACCESS_KEY_ID: variable('Login of the bucket', text),
  S3_SECRET_ACCESS_KEY: variable('Password of the bucket', text),
} satisfies Record<string, Variable>;

export type VariableName = keyof typeof variables;

/** The README's table, so that what is written there cannot drift from what is read here. */
export function describeVariables(): string {
  const rows = Object.entries<Variable>(variables).map(([name, { default: given, defaultInWords, description }]) => {
    const standard = defaultInWords ?? (given ? `\`${given}\`` : '');
    return `| \`${name}\` | ${standard} | ${description} |`;
  });
  return ['| Variable | Default | What it is for |', '| --- | --- | --- |', ...rows].join('\n');
}
