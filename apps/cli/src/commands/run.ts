import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { type Config, loadConfig } from '@foyer/config';
import { Obstacle } from '../../progress.mjs';
import { startEmbeddedPostgres } from '../embedded-postgres.js';
import { doctor } from './doctor.js';
import { migrate } from './migrate.js';
import { print, table } from './output.js';
import { syncPlans } from './plans.js';
import { setup } from './setup.js';
import { createStaff } from './staff.js';
import * as tenant from './tenant.js';

type Values = Record<string, string | boolean | undefined>;
interface Command {
  usage: string;
  about: string;
  options?: ParseArgsConfig['options'];
  /** @returns the exit code; nothing means 0 */
  run: (config: Config, words: string[], values: Values) => Promise<number | void>;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

const commands: Record<string, Command> = {
  setup: {
    usage: 'setup',
    about: 'create logins and roles, run migrations and, outside production, load the demo tenants',
    options: { ipc: flag },
    run: async (config, _words, { ipc }) => {
      // The launcher shows progress and result itself.
      const tell = (message: object) => void (ipc && process.send?.(message));
      const result = await setup(config, (progress) => tell({ progress }));
      tell({ result });
      if (!ipc && result.staff) print(`First staff account: ${result.staff.email}  ${result.staff.password}`);
    },
  },
  migrate: {
    usage: 'migrate [--platform | --tenants]',
    about: 'migrate the platform and every tenant; safe to repeat',
    options: { platform: flag, tenants: flag },
    run: (config, _words, { platform, tenants }) =>
      migrate(config, { platform: !tenants || !!platform, tenants: !platform || !!tenants }),
  },
  'plans sync': {
    usage: 'plans sync',
    about: 'carry the declared plans to Stripe: products, prices, features; safe to repeat',
    run: (config) => syncPlans(config),
  },
  'tenant list': {
    usage: 'tenant list [search]',
    about: 'list the tenants',
    run: (config, [search]) => tenant.list(config, search),
  },
  'tenant create': {
    usage: 'tenant create <slug> --name NAME --owner EMAIL [--plan PLAN] [--blueprint BLUEPRINT]',
    about: 'create a tenant; prints a sign-in link for its owner',
    options: { name: text, owner: text, plan: text, blueprint: text },
    run: (config, [slug], { name, owner, plan, blueprint }) =>
      tenant.create(config, {
        slug: need(slug, 'a slug'),
        name: need(name, '--name'),
        owner: need(owner, '--owner'),
        plan: plan as string | undefined,
        blueprint: blueprint as string | undefined,
      }),
  },
  'tenant apply': {
    usage: 'tenant apply <pack>',
    about: 'create or update the tenant that tenants/<pack> declares',
    run: (config, [pack]) => tenant.apply(config, need(pack, 'a pack')),
  },
  'tenant suspend': {
    usage: 'tenant suspend <slug> --reason REASON',
    about: 'suspend a tenant; its portal closes at once and its data is kept',
    options: { reason: text },
    run: (config, [slug], { reason }) => tenant.suspend(config, need(slug, 'a slug'), need(reason, '--reason')),
  },
  'tenant resume': {
    usage: 'tenant resume <slug>',
    about: 'resume a suspended tenant',
    run: (config, [slug]) => tenant.resume(config, need(slug, 'a slug')),
  },
  'tenant reset-factors': {
    usage: 'tenant reset-factors <slug> <email> --reason REASON',
    about: 'let someone who has lost all second factors begin anew, after the waiting time',
    options: { reason: text },
    run: (config, [slug, email], { reason }) =>
      tenant.resetFactors(config, need(slug, 'a slug'), need(email, 'an email address'), need(reason, '--reason')),
  },
  'tenant reset-addresses': {
    usage: 'tenant reset-addresses <slug>',
    about: 'let team, customers and keys in from any address again',
    run: (config, [slug]) => tenant.resetAddresses(config, need(slug, 'a slug')),
  },
  'staff create': {
    usage: 'staff create <email> --name NAME [--role owner|support|billing|auditor]',
    about: 'create a staff account; prints its password once',
    options: { name: text, role: text },
    run: (config, [email], { name, role }) =>
      createStaff(config, need(email, 'an email address'), need(name, '--name'), (role as string) ?? 'owner'),
  },
  doctor: {
    usage: 'doctor',
    about: 'check tenant isolation, versions and pending work',
    run: (config) => doctor(config),
  },
};

export const USAGE = `foyer <command>\n\n${table(Object.values(commands).map(({ usage, about }) => [usage, about]))}\n`;

/** Runs one command line and returns the exit code. */
export async function run(args: string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const name = [args.slice(0, 2).join(' '), args[0] ?? ''].find((candidate) => Object.hasOwn(commands, candidate));
  if (!name) {
    process.stderr.write(USAGE);
    return args.length === 0 || /^(?:help|--help|-h)$/.test(args[0]!) ? 0 : 2;
  }
  const command = commands[name]!;
  const { values, positionals } = parsed(command, args.slice(name.split(' ').length));
  const config = await configuration({ ...env });
  try {
    return (await command.run(config, positionals, values as Values)) ?? 0;
  } catch (error) {
    throw ofTheDatabase(error as { code?: string }, config) ?? error;
  }
}

function parsed(command: Command, args: string[]) {
  try {
    return parseArgs({ args, options: command.options ?? {}, allowPositionals: true });
  } catch (error) {
    throw new Obstacle(`${(error as Error).message.split('. ')[0]}.\nfoyer ${command.usage}`);
  }
}

/** The two things that are commonly wrong with a database, in words. */
function ofTheDatabase({ code = '' }: { code?: string }, { databaseUrl }: Config): Obstacle | null {
  const where = URL.parse(databaseUrl)?.host;
  if (['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN'].includes(code))
    return new Obstacle(`Cannot reach the database at ${where}.`);
  // Unknown login, wrong password, unknown schema or table.
  if (['28000', '28P01', '3F000', '42P01'].includes(code))
    return new Obstacle(
      `The database at ${where} is not set up for Foyer, or was set up with another SECRET_KEY. Run foyer setup.`,
    );
  return null;
}

function need(value: string | boolean | undefined, what: string): string {
  if (typeof value !== 'string' || value === '') throw new Obstacle(`This command needs ${what}.`);
  return value;
}

/** Without DATABASE_URL, commands speak to the embedded server that `npm start` has made. */
async function configuration(env: NodeJS.ProcessEnv): Promise<Config> {
  const workspace = fileURLToPath(new URL('../../../../', import.meta.url));
  const home = join(resolve(workspace, env.DATA_DIR || '.data'), 'postgres');
  if (!env.DATABASE_URL && existsSync(home)) env.DATABASE_URL = (await startEmbeddedPostgres(home)).url;
  return loadConfig(env);
}
