import type { Server, Socket } from 'node:net';
import { networkOf } from '@foyer/credentials';

/** Connections at the same time: of one peer, and of all. */
const PER_PEER = 20;
const TOTAL = 100;
/** How long somebody may be here before they send a mail, and between two. */
const DAWDLING_MS = 60_000;
/** Fifty recipients with long names are a quarter of it. */
const WORDS_BYTES = 64 * 1024;
/** Of a mail on its way: everybody has more than this, and the largest that may come takes ten minutes at most. */
const SLOWEST_BYTES_PER_SECOND = 2_000;
const LONGEST_MAIL_MS = 600_000;
const ROUND_MS = 2_000;

interface Guest {
  peer: string;
  socket: Socket;
  /** Since when they have been talking, or a mail has been on its way. */
  since: number;
  bytes: number;
  sending: boolean;
}

/**
 * Who is connected, and who has to go: whoever is one of too many from one place, says much and sends nothing, or sends so
 * slowly that it can only be meant to hold the line. When all places are taken, the one who has held one longest without
 * sending makes room.
 */
export class SmtpPeers {
  private readonly guests = new Map<string, Guest>();
  private readonly rounds: NodeJS.Timeout;

  constructor(server: Server) {
    server.prependListener('connection', (socket) => this.arrive(socket));
    this.rounds = setInterval(() => this.look(Date.now()), ROUND_MS).unref();
  }

  /** A mail begins to come, or has come. */
  sending({ remoteAddress, remotePort }: { remoteAddress: string; remotePort: number }, sending: boolean): void {
    const guest = this.guests.get(placeOf(remoteAddress, remotePort));
    if (guest) Object.assign(guest, { sending, since: Date.now(), bytes: guest.socket.bytesRead });
  }

  close(): void {
    clearInterval(this.rounds);
  }

  /** Sends away who has been here too long for what they do. */
  look(now: number): void {
    for (const guest of this.guests.values()) {
      const time = now - guest.since;
      const bytes = guest.socket.bytesRead - guest.bytes;
      const slow = time > DAWDLING_MS && bytes < (time / 1000) * SLOWEST_BYTES_PER_SECOND;
      const tooLong = guest.sending ? slow || time > LONGEST_MAIL_MS : time > DAWDLING_MS || bytes > WORDS_BYTES;
      if (tooLong) guest.socket.destroy();
    }
  }

  private arrive(socket: Socket): void {
    const peer = networkOf(socket.remoteAddress ?? '');
    const place = placeOf(socket.remoteAddress ?? '', socket.remotePort ?? 0);
    if ([...this.guests.values()].filter((guest) => guest.peer === peer).length >= PER_PEER) return turnAway(socket);
    if (this.guests.size >= TOTAL && !this.makeRoom()) return turnAway(socket);
    this.guests.set(place, { peer, socket, since: Date.now(), bytes: 0, sending: false });
    socket.once('close', () => this.guests.delete(place));
  }

  private makeRoom(): boolean {
    const [longest] = [...this.guests.entries()]
      .filter(([, { sending }]) => !sending)
      .sort(([, a], [, b]) => a.since - b.since);
    if (!longest) return false;
    this.guests.delete(longest[0]);
    longest[1].socket.destroy();
    return true;
  }
}

function turnAway(socket: Socket): void {
  socket.end('421 Too many connections, try again later\r\n');
  socket.destroySoon();
}

const placeOf = (address: string, port: number): string => `${plain(address)} ${port}`;
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '');
