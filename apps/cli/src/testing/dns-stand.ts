import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterTests } from './test-database.js';

const [NO_ERROR, SERVER_FAILURE, NO_SUCH_NAME] = [0, 2, 3];

/** A server of the DNS with text records, on a port of its own. */
export class DnsStand {
  readonly records = new Map<string, string[]>();
  /** Answers, but with a failure. */
  fails = false;
  private constructor(readonly address: string) {}

  static async open(): Promise<DnsStand> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const stand = new DnsStand(`127.0.0.1:${socket.address().port}`);
    socket.on('message', (asked, { port, address }) => socket.send(stand.answer(asked), port, address));
    afterTests(() => new Promise<void>((done) => socket.close(() => done())));
    return stand;
  }

  /** RFC 1035, 4.1: the head, the question as it came, and a record for each text. */
  private answer(asked: Buffer): Buffer {
    const labels: string[] = [];
    let at = 12;
    for (; asked[at] !== 0; at += asked[at]! + 1) labels.push(asked.toString('latin1', at + 1, at + 1 + asked[at]!));
    const question = asked.subarray(12, at + 5);
    const texts = this.records.get(labels.join('.').toLowerCase());
    const code = this.fails ? SERVER_FAILURE : texts ? NO_ERROR : NO_SUCH_NAME;
    const found = code === NO_ERROR ? texts! : [];
    const head = Buffer.from(asked.subarray(0, 12));
    head.writeUInt16BE(0x8180 | code, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(found.length, 6);
    head.writeUInt32BE(0, 8);
    const records = found.map((text) => {
      const parts = [text.slice(0, 20), text.slice(20)].map((part) => Buffer.from(part, 'latin1'));
      const data = Buffer.concat(parts.flatMap((part) => [Buffer.from([part.length]), part]));
      const record = Buffer.from([0xc0, 0x0c, 0, 16, 0, 1, 0, 0, 0, 60, 0, data.length]);
      return Buffer.concat([record, data]);
    });
    return Buffer.concat([head, question, ...records]);
  }
}
