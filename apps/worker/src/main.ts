import 'reflect-metadata';
import { ConfigError, loadConfig, outliveFaults } from '@foyer/config';
import { startWorker } from './worker.js';

try {
  await startWorker(loadConfig());
  outliveFaults('Worker');
  process.send?.('ready');
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
