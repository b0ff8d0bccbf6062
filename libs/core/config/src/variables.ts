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
  PORT: variable(
    'Port of the web process; development takes this plus 25, 26 and 27 for its mails',
    wholeNumber(1, 65_508),
    {
      default: '3000',
    },
  ),
  BASE_URL: variable(
    'Address of the sign-up site; tenants live on its subdomains, staff on `admin.`, uploaded files on `files.`',
    address('https://example.com', 'http:', 'https:').refine((value) => {
      const url = URL.parse(value);
      return url !== null && url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password;
    }, 'must be an address without path, query or login, like https://example.com'),
    { defaultInWords: '`http://localhost:PORT`' },
  ),
  DATA_DIR: variable('Folder for embedded PostgreSQL, uploaded files and the mailbox', text, { default: '.data' }),
  DATABASE_URL: variable(
    'PostgreSQL 16 or newer, with a login that may create roles; unset, `npm start` brings its own',
    address('postgres://user:password@host:5432/foyer', 'postgres:', 'postgresql:'),
    { defaultInWords: 'embedded PostgreSQL' },
  ),
  POOL_SIZE: variable('Connections to PostgreSQL a process keeps open at most', wholeNumber(2, 200), { default: '10' }),
  REDIS_URL: variable('Queues on Redis instead of PostgreSQL', address('redis://host:6379', 'redis:', 'rediss:'), {
    defaultInWords: 'queues on PostgreSQL',
  }),
  WORKER_CONCURRENCY: variable('Jobs a worker runs at the same time', wholeNumber(1, 200), { default: '8' }),
  SMTP_URL: variable('Server that sends the mails', address('smtp://user:password@host:587', 'smtp:', 'smtps:'), {
    defaultInWords: 'the mailbox of development',
  }),
  MAIL_FROM: variable(
    'Address that mails come from; the name before it is the tenant’s',
    z.email('must be an e-mail address'),
    { defaultInWords: '`mail@` + host of `BASE_URL`' },
  ),
  INBOUND_DOMAIN: variable(
    'Domain of the addresses that take mails in, like `acme@in.example.com`; its MX record leads to `INBOUND_SMTP_PORT`',
    text.regex(
      /^(?=.{3,190}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/i,
      'must be a domain like in.example.com',
    ),
    { defaultInWords: '`in.` + host of `BASE_URL`' },
  ),
  INBOUND_SMTP_PORT: variable('Port on which the worker takes mails in', wholeNumber(1, 65_535), {
    defaultInWords: '`PORT` plus 27 in development; otherwise none',
  }),
  INBOUND_TLS_KEY: variable('File with the key for STARTTLS on that port', text),
  INBOUND_TLS_CERT: variable('File with the certificate for STARTTLS on that port', text),
  INBOUND_AUTHSERV_ID: variable(
    'Name of a mail server before ours whose `Authentication-Results` are believed; it must remove those that others forged',
    text,
  ),
  INBOUND_LIMIT_MB: variable('Largest mail that is taken in', wholeNumber(1, 1_000), { default: '25' }),
  INBOUND_KEEP_DAYS: variable('Days for which mails are kept as they came', wholeNumber(1, 3_650), { default: '30' }),
  PRIVATE_NETWORKS: variable(
    'Private addresses that tenants’ mailboxes may lie at: ranges like `10.1.0.0/16`, with commas',
    list,
    { default: '', defaultInWords: 'none' },
  ),
  SECRET_KEY: variable(
    'Signs links and derives keys; at least 32 characters at random, the same for every process',
    text.refine((value) => Buffer.byteLength(value) >= 32, 'must be at least 32 characters long'),
    { defaultInWords: 'made once and kept in `DATA_DIR/secret`; required in production' },
  ),
  TRUST_PROXY: variable('Proxies whose `X-Forwarded-*` headers are believed: addresses or ranges, with commas', list, {
    default: '',
    defaultInWords: 'none',
  }),
  LOG_LEVEL: variable(
    'How much is logged',
    z.enum(
      ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'],
      'must be silent, fatal, error, warn, info, debug or trace',
    ),
    { default: 'info' },
  ),
  UPLOAD_LIMIT_MB: variable('Largest uploaded file', wholeNumber(1, 5_000), { default: '25' }),
  FILES_QUOTA_MB: variable('Space all files of one tenant may take', wholeNumber(1, 100_000_000), { default: '5000' }),
  MAILS_QUOTA_MB: variable('Space all mails of one tenant, and their files, may take', wholeNumber(1, 100_000_000), {
    default: '2000',
  }),
  S3_BUCKET: variable('Keeps uploaded files in this S3-compatible bucket', text, {
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
