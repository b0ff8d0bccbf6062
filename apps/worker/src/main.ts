import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { ConfigError, loadConfig } from '@foyer/config';
import { startWorker } from './worker.js';

// A promise nobody waited for is the fault of one request or job: all others, of every tenant, go on.
process.on('unhandledRejection', (reason) =>
  new Logger('Worker').error({ error: String(reason), stack: reason instanceof Error ? reason.stack : undefined }),
);

try {
  await startWorker(loadConfig());
  process.send?.('ready');
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
