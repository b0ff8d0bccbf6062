import { loadConfig } from '@foyer/config';
import { openMailbox } from './mailbox.js';

const mailbox = await openMailbox(loadConfig());
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void mailbox.close().then(() => process.exit(0)));
