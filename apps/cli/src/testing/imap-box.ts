import { createServer, type Server, type Socket } from 'node:net';

interface Kept {
  uid: number;
  raw: Buffer;
  seen: boolean;
}

/** A real IMAP server with one account and one mailbox: as much of RFC 3501 as it takes to fetch mails. */
export class ImapBox {
  readonly mails: Kept[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly user: string,
    readonly password: string,
  ) {}

  static async open(user = 'support', password = 'kept secret'): Promise<ImapBox> {
    const server = createServer((socket) => box.serve(socket));
    const box = new ImapBox(server, user, password);
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    return box;
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  put(raw: string | Buffer): void {
    this.mails.push({ uid: this.mails.length + 1, raw: Buffer.from(raw as string), seen: false });
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((closed) => this.server.close(closed));
  }

  /** Away until `back`, at the same port. */
  async away(): Promise<{ back: () => Promise<void> }> {
    const { port } = this;
    await this.close();
    return { back: () => new Promise<void>((ready) => this.server.listen(port, '127.0.0.1', ready)) };
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.write('* OK [CAPABILITY IMAP4rev1] ready\r\n');
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      for (let end = received.indexOf('\r\n'); end >= 0; end = received.indexOf('\r\n')) {
        this.answer(socket, received.slice(0, end));
        received = received.slice(end + 2);
      }
    });
  }

  private answer(socket: Socket, line: string): void {
    const [, tag = '*', command = '', rest = ''] = /^(\S+) ((?:UID )?\S+) ?(.*)$/i.exec(line) ?? [];
    const done = (what = 'OK done') => socket.write(`${tag} ${what}\r\n`);
    const say = (what: string | Buffer) =>
      socket.write(Buffer.concat([Buffer.from('* '), Buffer.from(what as string)]));
    switch (command.toUpperCase()) {
      case 'CAPABILITY':
        say('CAPABILITY IMAP4rev1\r\n');
        return void done();
      case 'LOGIN': {
        const right = rest.replaceAll('"', '') === `${this.user} ${this.password}`;
        return void done(right ? 'OK in' : 'NO [AUTHENTICATIONFAILED] wrong');
      }
      case 'LIST':
        say('LIST () "/" "INBOX"\r\n');
        return void done();
      case 'SELECT':
        say(`${this.mails.length} EXISTS\r\n`);
        say('OK [UIDVALIDITY 1] one\r\n');
        say(`OK [UIDNEXT ${this.mails.length + 1}] next\r\n`);
        return void done('OK [READ-WRITE] selected');
      case 'UID SEARCH': {
        const unseen = this.mails.filter(({ seen }) => !seen).map(({ uid }) => uid);
        say(`SEARCH ${unseen.join(' ')}\r\n`);
        return void done();
      }
      case 'UID FETCH':
        this.fetch(say, rest);
        return void done();
      case 'UID STORE':
        for (const mail of this.mails) if (mail.uid === parseInt(rest)) mail.seen = /seen/i.test(rest);
        return void done();
      case 'LOGOUT':
        say('BYE\r\n');
        done();
        return void socket.end();
      default:
        return void done(/^(?:ID|NAMESPACE|ENABLE)$/i.test(command) ? 'BAD unknown' : 'OK nothing');
    }
  }

  private fetch(say: (what: string | Buffer) => void, rest: string): void {
    const mail = this.mails.find(({ uid }) => uid === parseInt(rest));
    if (!mail) return;
    const head = `${mail.uid} FETCH (UID ${mail.uid} RFC822.SIZE ${mail.raw.length}`;
    if (!/BODY/i.test(rest)) return say(`${head})\r\n`);
    say(Buffer.concat([Buffer.from(`${head} BODY[] {${mail.raw.length}}\r\n`), mail.raw, Buffer.from(')\r\n')]));
  }
}
