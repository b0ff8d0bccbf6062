import { join } from 'node:path';
import { loadConfig } from '@foyer/config';
import { StripeSandbox } from './sandbox.js';

const { dataDir, baseUrl, stripe } = loadConfig();
const sandbox = await StripeSandbox.start({
  port: Number(new URL(stripe!.apiBase!).port),
  publicUrl: stripe!.apiBase!.replace('127.0.0.1', 'localhost'),
  webhookUrl: new URL('/webhooks/stripe', baseUrl).href,
  webhookSecret: stripe!.webhookSecret,
  dataFile: join(dataDir, 'stripe-sandbox', 'state.json'),
});
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void sandbox.stop().then(() => process.exit(0)));
