import { join } from 'node:path';
import { loadConfig } from '@foyer/config';
import { giveUp, Obstacle, step } from '../progress.mjs';
import { Child } from './launch/child.js';
import { launchDatabase } from './launch/database.js';
import { greeting } from './launch/greeting.js';
import { launchOptions, USAGE } from './launch/options.js';
import { parts } from './launch/parts.js';
import { sandboxEnvironment, sandboxPort } from './launch/payments.js';
import { checkPorts } from './launch/ports.js';
import { reset } from './launch/reset.js';
import { setup } from './launch/setup.js';
import { endRecorded, recordedProcess, recordProcess } from './processes.js';

/** What has been started, to be stopped in the opposite order. */
const running: { stop(): Promise<void> }[] = [];
let stopping: Promise<void> | undefined;

function stop(code: number): Promise<void> {
  stopping ??= (async () => {
    process.stdout.write('\n  Stopping …\n');
    for (const part of running.reverse()) await part.stop();
    process.exit(code);
  })();
  return stopping;
}

async function launch(): Promise<void> {
  const options = launchOptions(process.argv.slice(2));
  if (options === 'help') return void process.stdout.write(USAGE);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...(options.port && { PORT: options.port }),
    ...(options.watch && { WATCH_FILES: 'yes' }),
  };
  // The address of our own database is known only once it runs; everything else must be right before that.
  const { dataDir } = loadConfig({ ...env, DATABASE_URL: env.DATABASE_URL || 'postgres://embedded/foyer' });

  const mine = join(dataDir, 'run', 'launcher.pid');
  const other = recordedProcess(mine);
  if (other)
    throw new Obstacle(
      `Foyer is already running in ${dataDir} (process ${other}). Stop it, or set DATA_DIR to another folder.`,
    );
  recordProcess(mine, process.pid);
  const left = await endRecorded(join(dataDir, 'run'));
  if (left.length > 0) process.stdout.write(`  Stopped processes of an earlier run: ${left.join(', ')}\n`);
  if (options.reset) {
    await step('Deleting the old data', () => reset(dataDir, env.DATABASE_URL));
    recordProcess(mine, process.pid);
  }

  const probe = loadConfig({ ...env, DATABASE_URL: env.DATABASE_URL || 'postgres://embedded/foyer' });
  const payments = sandboxPort(probe, env);
  await checkPorts(probe, payments);
  if (payments) Object.assign(env, sandboxEnvironment(payments));
  const database = await step('Starting PostgreSQL', () => launchDatabase(dataDir, env.DATABASE_URL));
  running.push(database);
  env.DATABASE_URL = database.url;
  const config = loadConfig(env);
  const prepared = await setup(env);

  await step('Starting web and worker', () =>
    Promise.all(
      parts(config).map((part) => {
        const child = new Child(part, dataDir, env);
        running.push(child);
        return child.start();
      }),
    ),
  );
  process.stdout.write(greeting(config, prepared));
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void stop(signal === 'SIGINT' ? 130 : 0));
// npm, or whoever started us, was killed.
process.once('disconnect', () => void stop(0));

try {
  await launch();
} catch (error) {
  for (const part of running.reverse()) await part.stop().catch(() => undefined);
  giveUp(error);
}
