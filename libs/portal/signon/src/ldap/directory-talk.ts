import { connect, isIP, isIPv6, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectSecurely } from 'node:tls';
import { Client, type Entry, type Filter, NoSuchObjectError, ResultCodeError } from 'ldapts';
import { SignOnRefused } from '../refused.js';
import type { DirectoryConnection } from './directory-connections.js';
import type { DirectoryEntry } from './directory-entry.js';

const STEP_MS = 5_000;
/** Of all that comes in one talk: a directory that never ends is not listened to. */
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_VALUES = 1_000;
/** What directories answer to a password that does not fit, or to an entry that nobody can sign in as (RFC 4511, A.2). */
const WRONG = new Set([19, 32, 34, 48, 49, 50, 53]);
/** Busy, unavailable, too long, too much. */
const LATER = new Set([3, 11, 51, 52]);
/** They want a connection that nobody listens to. */
const UNSAFE = new Set([8, 13]);

export interface Searching {
  filter: Filter;
  scope?: 'base' | 'sub';
  most: number;
  attributes: string[];
}

/** One connection to a directory, at an address that the guard has let through; the certificate is judged by the name. */
export class DirectoryTalk {
  private readonly sockets = new Set<Socket>();
  private readonly client: Client;
  private heard = 0;

  constructor(
    private readonly connection: DirectoryConnection,
    address: string,
  ) {
    const { security, port } = connection;
    const scheme = security === 'ldaps' ? 'ldaps' : 'ldap';
    const host = isIPv6(address) ? `[${address}]` : address;
    this.client = new Client({
      ...{ url: `${scheme}://${host}:${port || (security === 'ldaps' ? 636 : 389)}`, timeout: STEP_MS },
      ...{ connectTimeout: STEP_MS, strictDN: true },
      createConnection: ((...to: Parameters<typeof connect>) => this.counted(connect(...to))) as typeof connect,
      createSecureConnection: ((...to: Parameters<typeof connectSecurely>) =>
        this.counted(connectSecurely(...to))) as typeof connectSecurely,
      // Any of them makes the library speak TLS from the first byte.
      ...(security === 'ldaps' && { tlsOptions: this.certificates }),
    });
  }

  /** Before anything is said. */
  async begin(): Promise<void> {
    if (this.connection.security === 'starttls') await told(this.client.startTLS({ ...this.certificates }));
  }

  /** Whether that is their password. An empty one would be no question at all, and every directory says yes to it (RFC 4513, 5.1.2). */
  async bind(dn: string, password: string): Promise<true | string> {
    if (password === '' || dn === '') return 'empty';
    try {
      await this.client.bind(dn, password);
      return true;
    } catch (error) {
      if (error instanceof ResultCodeError && WRONG.has(error.code)) return `password ${detailOf(error)}`.trim();
      throw refusalOf(error);
    }
  }

  /** References to other directories are not followed: they would be hosts that nobody has chosen. */
  async search(base: string, { filter, scope = 'sub', most, attributes }: Searching): Promise<DirectoryEntry[]> {
    const asking = { filter, scope, attributes, sizeLimit: most, timeLimit: STEP_MS / 1000 };
    const searching = this.client.search(base, { ...asking, explicitBufferAttributes: ['objectGUID'] });
    const nothing = (error: unknown) => {
      if (scope === 'base' && error instanceof NoSuchObjectError) return { searchEntries: [] };
      throw error;
    };
    const { searchEntries } = await told(searching.catch(nothing));
    return searchEntries.slice(0, most).map(entryOf);
  }

  /** Whatever is still going on. */
  end(): void {
    void this.client.unbind().catch(() => undefined);
    setTimeout(() => this.sockets.forEach((socket) => socket.destroy()), 200).unref();
  }

  private get certificates(): ConnectionOptions {
    const { host, ca } = this.connection;
    return {
      ...{ minVersion: 'TLSv1.2', rejectUnauthorized: true },
      // An address is judged as one; it cannot be asked for by name (RFC 6066, 3).
      ...(isIP(host) === 0 ? { servername: host } : { host }),
      ...(ca !== '' && { ca }),
    };
  }

  private counted<S extends Socket>(socket: S): S {
    this.sockets.add(socket);
    socket.on('data', (chunk: Buffer) => {
      this.heard += chunk.length;
      if (this.heard > MOST_BYTES) socket.destroy(new Error('Too much'));
    });
    return socket;
  }
}

function entryOf({ dn, ...attributes }: Entry): DirectoryEntry {
  const shown: Record<string, string[]> = {};
  let guid: Buffer | null = null;
  for (const [name, given] of Object.entries(attributes)) {
    const values = [given].flat().slice(0, MOST_VALUES) as (string | Buffer)[];
    const key = name.toLowerCase();
    // What was asked for and is not there comes as well, with nothing in it.
    if (values.length === 0) continue;
    if (key === 'objectguid') guid = Buffer.from(values[0]!);
    // What is no text is nobody's name, address or group.
    else shown[key] = values.filter((value) => typeof value === 'string');
  }
  return { dn, attributes: shown, guid };
}

/** Of Active Directory: why, by a number (`data 533`: switched off). For those who look after the connection alone. */
const detailOf = ({ code, message }: ResultCodeError): string =>
  /\bdata ([\da-f]{3,4})\b/i.exec(message)?.[1] ?? (code === 49 ? '' : String(code));

const told = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw refusalOf(error);
  });

/** What went wrong, in our words and never in the directory's. */
function refusalOf(error: unknown): SignOnRefused {
  if (error instanceof ResultCodeError) {
    if (UNSAFE.has(error.code)) return new SignOnRefused('answer', 'encryption');
    return LATER.has(error.code)
      ? new SignOnRefused('unreachable', `result ${error.code}`)
      : new SignOnRefused('answer', `result ${error.code}`);
  }
  const { code = '', message = '' } = error as NodeJS.ErrnoException;
  const isTls = /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)|_CERT|SIGNATURE/.test(code);
  return new SignOnRefused('unreachable', isTls ? 'certificate' : /timed? ?out/i.test(message) ? 'timeout' : 'connection'); // prettier-ignore
}
