import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { ConfigError, loadConfig } from '@foyer/config';
import { createApplication } from './application.js';

// A promise nobody waited for is the fault of one request or job: all others, of every tenant, go on.
process.on('unhandledRejection', (reason) =>
  new Logger('Web').error({ error: String(reason), stack: reason instanceof Error ? reason.stack : undefined }),
);

try {
  const config = loadConfig();
  const app = await createApplication(config);
  await app.listen(config.port);
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
