import { parseArgs } from 'node:util';
import { Obstacle } from '../../progress.mjs';

export interface LaunchOptions {
  reset: boolean;
  port?: string;
}

export const USAGE = `npm start [-- options]

  --port N   listen on port N instead of 3000 (mailbox: N + 25 and N + 26, mails in: N + 27)
  --reset    throw away the embedded database, files and mails, and begin anew

Settings are environment variables; README.md lists them.
`;

export function launchOptions(args: string[]): LaunchOptions | 'help' {
  try {
    const { values } = parseArgs({
      args,
      options: {
        reset: { type: 'boolean', default: false },
        port: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values.help ? 'help' : { reset: values.reset, port: values.port };
  } catch (error) {
    throw new Obstacle(`${(error as Error).message.split('. ')[0]}.\n\n${USAGE}`);
  }
}
