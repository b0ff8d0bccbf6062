import { SMTPServer } from 'smtp-server';
import type { Letterbox } from './letterbox.js';

const MAX_BYTES = 50 * 1024 * 1024;

/** Takes every mail, for whomever it is. */
export function smtpInto(letterbox: Letterbox): SMTPServer {
  return new SMTPServer({
    banner: 'mailbox of development',
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: ['STARTTLS'],
    onAuth: (_auth, _session, done) => done(null, { user: 'anybody' }),
    size: MAX_BYTES,
    closeTimeout: 1_000,
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(Object.assign(new Error('The mail is too large'), { responseCode: 552 }));
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        const to = envelope.rcptTo.map(({ address }) => address);
        letterbox.keep(Buffer.concat(chunks), { from, to }).then(
          () => done(),
          (error: Error) => done(error),
        );
      });
    },
  });
}
