import type { ParsedMail } from 'mailparser';
import type { SMTPServer } from 'smtp-server';

/** A real SMTP server that keeps what it gets. */
export class Postbox {
  readonly mails: ParsedMail[] = [];
  private waiting: (() => void)[] = [];

  private constructor(private readonly server: SMTPServer) {}

  static async open(): Promise<Postbox> {
    // Most tests send no mail, and what is loaded is loaded anew for each file of them.
    const [{ simpleParser }, smtp] = await Promise.all([import('mailparser'), import('smtp-server')]);
    const server: SMTPServer = new smtp.SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      onData: (stream, _session, done) => {
        stream.on('error', () => undefined); // a sender that was killed leaves half a mail: it was not delivered
        void simpleParser(stream).then((mail) => {
          postbox.mails.push(mail);
          postbox.waiting.forEach((wake) => wake());
          done();
        }, done);
      },
    });
    server.on('error', () => undefined);
    const postbox = new Postbox(server);
    await new Promise<void>((ready) => void server.listen(0, '127.0.0.1', ready));
    return postbox;
  }

  get url(): string {
    const { port } = this.server.server.address() as { port: number };
    return `smtp://127.0.0.1:${port}`;
  }

  /** The latest mail to an address that fits, as soon as it is there. */
  async mailTo(
    address: string,
    fits: (mail: ParsedMail) => boolean = () => true,
    withinMs = 60_000,
  ): Promise<ParsedMail> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const found = this.mails.findLast(
        (mail) => [mail.to].flat().some((to) => to?.value.some((one) => one.address === address)) && fits(mail),
      );
      if (found) return found;
      if (Date.now() > deadline)
        throw new Error(
          `No such mail to ${address}; there are: ${this.mails.map((mail) => `${[mail.to].flat()[0]?.text}: ${mail.subject}`).join(' | ')}`,
        );
      await new Promise<void>((wake) => {
        this.waiting.push(wake);
        setTimeout(wake, 250);
      });
    }
  }

  /** The first link to `path` in the latest mail to an address. */
  async linkTo(address: string, path: string): Promise<string> {
    const pattern = new RegExp(`https?://[^\\s"<>]+${path}\\?token=[\\w-]+`);
    const mail = await this.mailTo(address, ({ text }) => pattern.test(text ?? ''));
    return pattern.exec(mail.text!)![0];
  }

  async close(): Promise<void> {
    await new Promise<void>((closed) => void this.server.close(() => closed()));
  }
}
