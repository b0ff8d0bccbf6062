import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterTests } from './test-database.js';

/** The way to a server, which can be shut: connections break and new ones are refused, as when the server has gone. */
export class Faucet {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly target: URL,
    private port: number,
  ) {}

  /** Opens a way to the server that `url` names. */
  static async to(url: string): Promise<Faucet> {
    const faucet = new Faucet(new URL(url), 0);
    await faucet.open();
    afterTests(() => faucet.shut());
    return faucet;
  }

  /** The address by this way. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  /** How many connections go through it. */
  get connections(): number {
    return this.sockets.size / 2;
  }

  async open(): Promise<void> {
    if (this.server) return;
    this.server = createServer((near) => this.join(near)).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as { port: number }).port;
  }

  async shut(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    // A socket of the file system knows no reset.
    for (const socket of this.sockets) if (socket.remoteAddress) socket.resetAndDestroy();
    for (const socket of this.sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }

  private join(near: Socket): void {
    const { port, hostname } = this.target;
    const host = decodeURIComponent(hostname);
    const far = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(Number(port), host);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
