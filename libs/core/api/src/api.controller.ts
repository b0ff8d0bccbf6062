import { createHash } from 'node:crypto';
import { All, Req, Res } from '@nestjs/common';
import { z } from 'zod';
import { NotFound } from '@foyer/access';
import { type Limit, Limits } from '@foyer/credentials';
import { negotiateLocale, regionOf } from '@foyer/i18n';
import { closeReadingPage, Database } from '@foyer/database';
import { causedBy } from '@foyer/events';
import { checksum, Files, FileServer, type StoredFile } from '@foyer/files';
import {
  addressOf,
  type FoyerRequest,
  type FoyerResponse,
  BodyReader,
  Cookies,
  KeyController,
  PortalClosed,
  Problem,
  SectionOff,
  Sites,
  type Upload,
  Visit,
} from '@foyer/web';
import { Api, BASE } from './api.js';
import { type Caller, Callers } from './callers.js';
import { Cursors, type Listing } from './cursors.js';
import { atSentField, read } from './faults.js';
import { readJsonBody } from './json-body.js';
import { uploadOf } from './uploads.js';
import { type Given, OnceOnly } from './once-only.js';
import { type Call, clocks, type Operation } from './operation.js';

/** Of one key; as RateLimit-Policy tells it (draft-ietf-httpapi-ratelimit-headers-11). */
const REQUESTS: Limit = { name: 'api', points: 600, seconds: 60 };
const BEARER = /^Bearer ([\x21-\x7e]{1,200})$/i;

/** The one way in for programs: who is asking, may they, what exactly, and only then the operation. */
@KeyController()
export class ApiController {
  constructor(
    private readonly api: Api,
    private readonly callers: Callers,
    private readonly sites: Sites,
    private readonly limits: Limits,
    private readonly once: OnceOnly,
    private readonly cookies: Cookies,
    private readonly cursors: Cursors,
    private readonly database: Database,
    private readonly bodies: BodyReader,
    private readonly files: Files,
    private readonly fileServer: FileServer,
  ) {}

  @All('{*path}')
  async answer(@Req() req: FoyerRequest, @Res() res: FoyerResponse): Promise<void> {
    res.setHeader('Cache-Control', 'no-store');
    const caller = await this.caller(req);
    await this.countIn(caller, res);
    const { operation, params } = this.operation(req);
    await this.admit(caller, operation, req);
    const call = await this.call(caller, operation, params, req);
    const given = await this.do(operation, call, req).catch((error: unknown) => {
      throw atSentField(error, operation);
    });
    closeReadingPage();
    if (given.file) return this.fileServer.give(req, res, given.file, 0);
    send(req, res, given);
  }

  private async caller(req: FoyerRequest): Promise<Caller> {
    const key = BEARER.exec(req.get('authorization') ?? '')?.[1];
    const headers = { 'WWW-Authenticate': 'Bearer' };
    if (!key) throw new Problem(401, 'key-missing', { headers });
    const caller = await this.callers.of(key, addressOf(req) ?? '');
    req.foyer.principal = {
      actor: caller.actor,
      session: null,
      view: null,
      isTeam: caller.companyId === null,
      locale: null,
      timeZone: null,
    };
    causedBy({ kind: 'key', id: caller.keyId, name: caller.actor.name });
    return caller;
  }

  private async countIn({ keyId }: Caller, res: FoyerResponse): Promise<void> {
    const { remaining, seconds, refusal } = await this.limits.take(REQUESTS, keyId);
    res.setHeader('RateLimit-Policy', `"default";q=${REQUESTS.points};w=${REQUESTS.seconds}`);
    res.setHeader('RateLimit', `"default";r=${remaining};t=${seconds}`);
    if (refusal) throw refusal;
  }

  private operation({ method, foyer }: FoyerRequest) {
    const path = foyer.url.split('?')[0]!.replace(/\/$/, '');
    const there = path.startsWith(`${BASE}/`) ? this.api.at(path.slice(BASE.length)) : [];
    if (there.length === 0) throw new NotFound();
    const wanted = method === 'HEAD' ? 'get' : method.toLowerCase();
    const found = there.find(({ operation }) => operation.method === wanted);
    if (found) return found;
    const Allow = there.map(({ operation }) => operation.method.toUpperCase()).join(', ');
    throw new Problem(405, 'method-not-allowed', { headers: { Allow } });
  }

  private async admit(
    { companyId, scopes, readsOnly }: Caller,
    { feature, scope, method }: Operation,
    req: FoyerRequest,
  ): Promise<void> {
    const site = (req.foyer.site ??= await this.sites.load('portal'));
    if (site.status !== 'active' && companyId !== null) throw new PortalClosed(site.status);
    const { locales, defaultLocale, regions, timeZone } = site;
    const locale = negotiateLocale(req.get('accept-language'), locales, defaultLocale);
    Object.assign(req.foyer, { locale, region: regionOf(locale, regions), timeZone });
    if (feature && !site.has(feature)) throw new SectionOff(feature);
    if (readsOnly && method !== 'get') throw new Problem(403, readsOnly === 'plan' ? 'not-in-plan' : 'maker-frozen');
    if (!scopes.has(scope.name)) {
      const headers = { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope.name}"` };
      throw new Problem(403, 'scope-missing', { headers, detail: `This key lacks the scope ${scope.name}.` });
    }
  }

  private async call(caller: Caller, operation: Operation, params: Record<string, string>, req: FoyerRequest) {
    const { actor, keyId } = caller;
    const known = operation.params?.safeParse(decoded(params));
    // What cannot be a thing's name names nothing.
    if (known && !known.success) throw new NotFound();
    const query = read(operation.query, req.query, 'query') as Record<string, unknown>;
    return {
      ...{ actor, keyId, query, params: known?.data ?? {}, visit: new Visit(req, req.res!, this.cookies) },
      place: this.cursors.placeOf(listing(operation, { params: known?.data ?? {} }, req), req.query['cursor']),
      body: req.method === 'GET' || req.method === 'HEAD' ? {} : await this.body(operation, req),
    } as Call as Call<never>;
  }

  private async body({ body, file }: Operation, req: FoyerRequest): Promise<unknown> {
    if (file === 'taken') return uploadOf(this.bodies, req);
    return read(body, await readJsonBody(req), 'body');
  }

  private do(operation: Operation, call: Call<never>, req: FoyerRequest): Promise<Given> {
    if (operation.method === 'get') return this.handled(operation, call, req);
    if (operation.method !== 'post') return this.database.write(() => this.changed(operation, call, req));
    if (operation.file === 'taken') return this.kept(operation, call, req);
    return this.onceOnly(operation, call, (call as Call).body, req);
  }

  /** Whatever is costly about a file is done before the transaction; it is the same request if it is the same file. */
  private async kept(operation: Operation, call: Call<never>, req: FoyerRequest): Promise<Given> {
    const { keyId, body } = call as Call<never, unknown, unknown, Upload>;
    const sent = [body.name, await checksum(body.path)];
    return this.files.prepared({ ...body, field: 'file' }, { createdBy: keyId }, (keep) =>
      this.onceOnly(operation, { ...call, keep } as Call<never>, sent, req),
    );
  }

  private onceOnly(operation: Operation, call: Call<never>, sent: unknown, req: FoyerRequest): Promise<Given> {
    const { keyId, params, query } = call as Call;
    const by = { keyId, route: `${operation.id} ${JSON.stringify(params)}`, key: req.get('idempotency-key') };
    return this.once
      .do({ ...by, asked: [query, sent] }, () => this.handled(operation, call, req))
      .then(({ replayed, headers, ...given }) => ({
        ...given,
        headers: replayed ? { ...headers, 'Idempotency-Replayed': 'true' } : headers,
      }));
  }

  private async changed(operation: Operation, call: Call<never>, req: FoyerRequest): Promise<Given> {
    const { current } = operation;
    if (!current) return this.handled(operation, call, req);
    const seen = req.get('if-match');
    const now = this.answered(operation, call, await current(call), req);
    if (!seen) throw new Problem(428, 'if-match-missing');
    if (seen !== '*' && !seen.split(/\s*,\s*/).includes(now.headers['ETag']!)) throw new Problem(412, 'if-match-stale');
    await operation.handle(call);
    if (operation.method === 'delete') return { status: 204, body: null, headers: {} };
    await this.database.write((em) => em.flush());
    return this.answered(operation, call, await current(call), req);
  }

  private async handled(operation: Operation, call: Call<never>, req: FoyerRequest): Promise<Given> {
    return this.answered(operation, call, await operation.handle(call), req);
  }

  /** Only what the operation says that it gives leaves. */
  private answered(operation: Operation, call: Call<never>, result: unknown, req: FoyerRequest): Given {
    const { output, status, type = 'application/json', file } = operation;
    if (file === 'given') return { status, body: null, headers: {}, file: result as StoredFile };
    if (output === null) return { status: 204, body: null, headers: {} };
    const body: unknown = output.parse(result);
    const list = body as { data?: unknown[]; next_cursor?: string | null };
    if (Array.isArray(list.data) && typeof list.next_cursor === 'string')
      list.next_cursor = this.cursors.cursorOf(listing(operation, call, req), list.next_cursor);
    const isOne = !Array.isArray(list.data) && type === 'application/json';
    const headers = { 'Content-Type': `${type}; charset=utf-8`, ...(isOne && { ETag: etagOf(output, body) }) };
    return { status, body, headers };
  }
}

/** The router throws at what does not decode; what is no text is no name of anything. */
function decoded(params: Record<string, string>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    throw new NotFound();
  }
}

function listing({ path }: Operation, { params }: Pick<Call, 'params'>, { query }: FoyerRequest): Listing {
  return { path, params, query };
}

/** What clocks move is no part of it: nobody would have changed anything, and be refused all the same. */
function etagOf(output: z.ZodType, body: unknown): string {
  const moved =
    output instanceof z.ZodObject ? Object.keys(output.shape).filter((name) => clocks.has(output.shape[name])) : [];
  const lasting = JSON.stringify(body, (name, value: unknown) => (moved.includes(name) ? undefined : value));
  return `"${createHash('sha256').update(lasting).digest('base64url').slice(0, 22)}"`;
}

function send(req: FoyerRequest, res: FoyerResponse, { status, body, headers }: Given): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  const isKnown = req.method === 'GET' && headers['ETag'] !== undefined && req.get('if-none-match') === headers['ETag'];
  if (isKnown) return void res.status(304).end();
  if (body === null) return void res.status(status).end();
  res.status(status).end(typeof body === 'string' ? body : JSON.stringify(body));
}
