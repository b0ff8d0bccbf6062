import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIPv6, type LookupFunction } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { ForbiddenAddress, publicAddresses } from './addresses.js';

export interface Asking {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** For all of it: looking up, connecting, redirects, and the answer to its last byte. */
  timeoutMs?: number;
  /** Of the answer. */
  maxBytes?: number;
  /** How many are followed, of GET and HEAD alone; the others are answers like any other. */
  redirects?: number;
  /** Also without TLS. */
  plain?: boolean;
}
export interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Where it came from in the end. */
  url: string;
}

/** Why there is no answer; never in the words of whoever did not give it. */
export class OutboundFailed extends Error {
  override name = 'OutboundFailed';

  constructor(readonly reason: 'address' | 'timeout' | 'too-large' | 'packed' | 'redirect' | 'connection') {
    super(`No answer from outside: ${reason}`);
  }
}

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 1024 * 1024;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** What was meant for one host alone. */
const PRIVATE_HEADERS = /^(?:authorization|cookie|proxy-authorization)$/i;

/**
 * The one way out to hosts that tenants name. Where it leads is decided after the name was looked up, and the connection goes to
 * that address and no other; each redirect is judged anew. Time and size are bounded, and no connection is used twice.
 */
@Injectable()
export class Outbound {
  constructor(@Inject(CONFIG) private readonly config: Pick<Config, 'privateNetworks'>) {}

  /** For a socket of another protocol; certificates are still judged by the name. @throws ForbiddenAddress, or as the DNS fails */
  async addressOf(host: string): Promise<string> {
    return (await this.addressesOf(host))[0]!;
  }

  /** @throws ForbiddenAddress, OutboundFailed */
  async fetch(address: string | URL, asking: Asking = {}): Promise<Answered> {
    const { method = 'GET', timeoutMs = TIMEOUT_MS, redirects = 0 } = asking;
    const signal = AbortSignal.timeout(timeoutMs);
    const follows = redirects > 0 && (method === 'GET' || method === 'HEAD');
    let [url, headers] = [this.judged(address, asking), asking.headers ?? {}];
    for (let left = redirects; ; left -= 1) {
      const answer = await this.once(url, { ...asking, method, headers }, signal);
      const to = REDIRECTS.has(answer.status) ? answer.headers.location : undefined;
      if (to === undefined || !follows) return answer;
      if (left === 0) throw new OutboundFailed('redirect');
      const next = this.judged(to, asking, url);
      if (next.origin !== url.origin)
        headers = Object.fromEntries(Object.entries(headers).filter(([name]) => !PRIVATE_HEADERS.test(name)));
      url = next;
    }
  }

  private judged(address: string | URL, { plain = false }: Asking, base?: URL): URL {
    const url = URL.canParse(String(address), base?.href) ? new URL(String(address), base?.href) : null;
    const isSpoken = url?.protocol === 'https:' || (plain && url?.protocol === 'http:');
    if (!url || !isSpoken || url.username !== '' || url.password !== '') throw new OutboundFailed('address');
    return url;
  }

  private async addressesOf(host: string): Promise<string[]> {
    return publicAddresses(host, this.config.privateNetworks);
  }

  private async once(url: URL, asking: Asking, signal: AbortSignal): Promise<Answered> {
    try {
      const addresses = await before(signal, this.addressesOf(url.hostname));
      const response = await this.connect(url, asking, addresses, signal);
      return await this.read(response, url, asking);
    } catch (error) {
      if (error instanceof ForbiddenAddress || error instanceof OutboundFailed) throw error;
      throw new OutboundFailed(signal.aborted ? 'timeout' : 'connection');
    }
  }

  private connect(
    url: URL,
    { method, headers = {}, body }: Asking,
    addresses: string[],
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    return new Promise((resolve, reject) => {
      const asked = request(url, {
        ...{ method, signal, agent: false, lookup: pinned(addresses) },
        headers: { 'User-Agent': 'Foyer', ...headers, 'Accept-Encoding': 'identity', Connection: 'close' },
      });
      asked.once('response', resolve).on('error', reject).end(body);
    });
  }

  private async read(response: IncomingMessage, url: URL, { maxBytes = MAX_BYTES }: Asking): Promise<Answered> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      // What is packed would have to be unpacked before it can be counted.
      if (!/^(?:identity)?$/i.test(response.headers['content-encoding'] ?? '')) throw new OutboundFailed('packed');
      for await (const chunk of response as AsyncIterable<Buffer>) {
        if ((size += chunk.length) > maxBytes) throw new OutboundFailed('too-large');
        chunks.push(chunk);
      }
    } finally {
      response.destroy();
    }
    return { status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks), url: url.href };
  }
}

/** What a connection is told instead of asking the DNS again. */
const pinned = (addresses: string[]): LookupFunction => {
  const all = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_host, { all: every }, done) => (every ? done(null, all) : done(null, all[0]!.address, all[0]!.family));
};

/** The DNS cannot be interrupted; nobody waits for it longer. */
function before<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new OutboundFailed('timeout')), { once: true });
    work.then(resolve, reject);
  });
}
