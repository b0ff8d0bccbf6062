import { parseArgs } from 'node:util';
import { Obstacle } from '../../progress.mjs';

export interface LaunchOptions {
  reset: boolean;
  port?: string;
  watch: boolean;
}

export const USAGE = `npm start [-- options]

  --port N   use port N instead of 3000 (mailbox: N + 25 and N + 26, incoming email: N + 27, payments: N + 28)
  --watch    read templates, texts and CSS again when they change
  --reset    delete the embedded database, files and emails, and start over

Settings are environment variables, listed in README.md.
`;

export function launchOptions(args: string[]): LaunchOptions | 'help' {
  try {
    const { values } = parseArgs({
      args,
      options: {
        reset: { type: 'boolean', default: false },
        port: { type: 'string' },
        watch: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values.help ? 'help' : { reset: values.reset, port: values.port, watch: values.watch };
  } catch (error) {
    throw new Obstacle(`${(error as Error).message.split('. ')[0]}.\n\n${USAGE}`);
  }
}
