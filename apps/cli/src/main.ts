import 'reflect-metadata';
import { giveUp } from '../progress.mjs';
import { run } from './commands/run.js';

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  giveUp(error);
}
