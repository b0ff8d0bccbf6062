import 'reflect-metadata';
import { ConfigError, loadConfig, outliveFaults } from '@foyer/config';
import { createApplication } from './application.js';

try {
  const config = loadConfig();
  const app = await createApplication(config);
  await app.listen(config.port);
  outliveFaults('Web');
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
