import type { Server } from 'node:http';
import request, { type Response, type Test } from 'supertest';
import { masked, unmasked } from '@foyer/credentials';

type Fields = Record<string, string | string[]>;
export interface SentFile {
  field: string;
  name: string;
  content: Buffer | string;
}

/** A browser without JavaScript on one host: keeps cookies, sends forms with the token of the page it has open. */
export class Visitor {
  private readonly cookies = new Map<string, string>();
  private token: string | null = null;
  private from: Record<string, string> = {};

  constructor(
    private readonly server: Server,
    readonly host: string,
  ) {}

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.done(await this.dressed(request(this.server).get(path), headers));
  }

  async head(path: string): Promise<Response> {
    return this.done(await this.dressed(request(this.server).head(path)));
  }

  /** Sends a form, with the token of the last page seen (or of the sign-in page). */
  async post(path: string, fields: Fields = {}, headers: Record<string, string> = {}): Promise<Response> {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries({ _csrf: await this.anew(), ...fields }))
      for (const one of [value].flat()) body.append(name, one);
    const sent = this.dressed(request(this.server).post(path), { Origin: `http://${this.host}`, ...headers });
    return this.done(await sent.type('form').send(body.toString()));
  }

  /** Sends a form with files. */
  async upload(path: string, fields: Fields, files: SentFile[]): Promise<Response> {
    const sent = this.dressed(request(this.server).post(path), { Origin: `http://${this.host}` });
    for (const [name, value] of Object.entries({ _csrf: await this.anew(), ...fields }))
      for (const one of [value].flat()) void sent.field(name, one);
    for (const { field, name, content } of files) void sent.attach(field, Buffer.from(content), name);
    return this.done(await sent);
  }

  async signIn(email: string, password: string, path = '/sign-in'): Promise<Response> {
    await this.get(path);
    return this.post(path, { email, password });
  }

  /** As a trusted proxy tells it: in a world with `TRUST_PROXY: 'loopback'`. */
  moveTo(address: string, userAgent?: string): this {
    this.from = { 'X-Forwarded-For': address, ...(userAgent && { 'User-Agent': userAgent }) };
    return this;
  }

  cookie(name: string): string | undefined {
    return this.cookies.get(name);
  }

  setCookie(name: string, value: string): void {
    this.cookies.set(name, value);
  }

  /** The token for forms; opens a page to get one if none has been seen since signing in. */
  async csrf(): Promise<string> {
    for (const path of ['/account', '/sign-in', '/']) if (this.token === null) await this.get(path);
    return this.token ?? '';
  }

  /** As if the page had been opened again for this form. */
  private async anew(): Promise<string> {
    return masked(unmasked(await this.csrf()));
  }

  private dressed(test: Test, headers: Record<string, string> = {}): Test {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    // Packing and unpacking each page took a third of the time of tests that read many.
    const unpacked = { 'Accept-Encoding': 'identity' };
    return test
      .set({ Host: this.host, ...unpacked, ...this.from, ...(cookie ? { Cookie: cookie } : {}), ...headers })
      .redirects(0);
  }

  private done(response: Response): Response {
    for (const line of (response.get('Set-Cookie') ?? []) as string[]) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = pair.split('=');
      if (/session$/.test(name)) this.token = null; // forms of another session are refused
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const token = /name="_csrf" value="([^"]+)"/.exec(response.text ?? '')?.[1];
    if (token) this.token = token;
    return response;
  }
}
