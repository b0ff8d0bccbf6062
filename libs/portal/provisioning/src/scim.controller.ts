import { All, Logger, Req, Res } from '@nestjs/common';
import { Conflict, DomainError, InvalidField, NotFound, TooMany } from '@foyer/access';
import { readJsonBody } from '@foyer/api';
import { type Limit, Limits } from '@foyer/credentials';
import { closeReadingPage, DatabaseUnreachable } from '@foyer/database';
import { LimitReached } from '@foyer/entitlements';
import { causedBy } from '@foyer/events';
import { translate } from '@foyer/i18n';
import { KeyCallers, type KeyShown } from '@foyer/keys';
import { Collections } from '@foyer/settings';
import { type FoyerRequest, type FoyerResponse, MachineController, Problem } from '@foyer/web';
import { directories, type Directory, isOn } from './directories.js';
import { Groups } from './groups.js';
import { resourceTypes, schemas, serviceProviderConfig } from './protocol/schema-documents.js';
import { ScimFault } from './protocol/scim-fault.js';
import { RequestLog } from './request-log.js';
import { BASE, baseUrl, type Query, type Resource } from './resources.js';
import { Users } from './users.js';

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
/** Of one token. Entra asks up to 25 times a second. */
const REQUESTS: Limit = { name: 'scim', points: 1800, seconds: 60 };
/** Of one address with tokens that are none. */
const MISSES: Limit = { name: 'scim-misses', points: 60, seconds: 60 };
const BEARER = /^Bearer +([\x21-\x7e]{1,200})$/i;
const ASKED = ['filter', 'startIndex', 'count', 'attributes', 'excludedAttributes'] as const;
const BACK_SOON_SECONDS = 5;

interface Answer {
  status: number;
  body: object | null;
  headers?: Record<string, string>;
}
interface Told extends Answer {
  scimType: string | null;
  detail: string | null;
}

/** The one way in for directories (RFC 7644): whose token it is, and only then what is asked. What goes wrong is told as SCIM has it. */
@MachineController('scim/v2')
export class ScimController {
  private readonly log = new Logger('Scim');

  constructor(
    private readonly callers: KeyCallers,
    private readonly collections: Collections,
    private readonly limits: Limits,
    private readonly users: Users,
    private readonly groups: Groups,
    private readonly requests: RequestLog,
  ) {}

  @All(['', '{*path}'])
  async answer(@Req() req: FoyerRequest, @Res() res: FoyerResponse): Promise<void> {
    res.setHeader('Cache-Control', 'no-store');
    let noting: { directory: Directory; key: KeyShown } | null = null;
    let told: Told;
    try {
      noting = await this.admitted(req);
      told = { scimType: null, detail: null, ...(await this.asked(noting.directory, req)) };
    } catch (error) {
      told = this.told(error, req);
    }
    closeReadingPage();
    send(req, res, told);
    if (noting) await this.requests.note(noting.directory.id, notedOf(req, told, noting.key));
  }

  /** @throws Problem 401, 403 · TooMany */
  private async admitted(req: FoyerRequest): Promise<{ directory: Directory; key: KeyShown }> {
    const address = req.ip?.replace(/^::ffff:(?=\d+\.)/, '') ?? '';
    const given = BEARER.exec(req.get('authorization') ?? '')?.[1];
    const key = given ? await this.keyOf(given, address) : null;
    if (!key?.directoryId) {
      await this.limits.count(MISSES, address || 'unknown');
      throw new Problem(401, given ? 'key-wrong' : 'key-missing', { headers: { 'WWW-Authenticate': 'Bearer' } });
    }
    causedBy({ kind: 'key', id: key.id, name: key.name });
    await this.limits.count(REQUESTS, key.id);
    const directory = await this.collections.find(directories, key.directoryId);
    if (!directory) throw new Problem(401, 'key-wrong');
    if (!isOn(directory)) throw new ScimFault(403, null, 'Provisioning is switched off in the portal.');
    return { directory, key };
  }

  /** @throws Problem 403 for one from elsewhere than it may be used */
  private async keyOf(given: string, address: string): Promise<KeyShown | null> {
    return this.callers.shown(given, address).catch((error: unknown) => {
      if (error instanceof Problem && error.status === 401) return null;
      throw error;
    });
  }

  private async asked(directory: Directory, req: FoyerRequest): Promise<Answer> {
    const [first = '', id, ...rest] = partsOf(req);
    const method = req.method === 'HEAD' ? 'GET' : req.method;
    if (rest.length > 0) throw nothingHere();
    if (first === 'Users' || first === 'Groups')
      return this.resource(directory, first === 'Users' ? this.users : this.groups, method, id, req);
    if (first === 'Me') throw new ScimFault(501, null, 'A token is nobody in person.');
    if (first === 'Bulk') throw new ScimFault(501, null, 'Bulk is not supported.');
    return document(first, id, method);
  }

  private async resource(
    directory: Directory,
    verbs: Users | Groups,
    method: string,
    id: string | undefined,
    req: FoyerRequest,
  ): Promise<Answer> {
    const seen = req.get('if-match');
    if (id === undefined) {
      if (method === 'GET') return { status: 200, body: await verbs.list(directory, queryOf(req)) };
      if (method !== 'POST') throw notAllowed('GET, POST');
      const made = given(201, await verbs.create(directory, await readJsonBody(req)));
      return { ...made, headers: { ...made.headers, Location: locationOf(made) } };
    }
    switch (method) {
      case 'GET': {
        const one = given(200, await verbs.one(directory, id, queryOf(req)));
        return req.get('if-none-match') === one.headers['ETag'] ? { ...one, status: 304, body: null } : one;
      }
      case 'PUT':
        return given(200, await verbs.replace(directory, id, await readJsonBody(req), seen));
      case 'PATCH':
        return given(200, await verbs.patch(directory, id, await readJsonBody(req), seen));
      case 'DELETE':
        await verbs.remove(directory, id, seen);
        return { status: 204, body: null };
      default:
        throw notAllowed('GET, PUT, PATCH, DELETE');
    }
  }

  private told(error: unknown, req: FoyerRequest): Told {
    const { status, scimType, detail, headers = {} } = faultOf(error);
    if (status >= 500 && status !== 501 && !(error instanceof DatabaseUnreachable))
      this.log.error({
        ...{ request: req.foyer.id, path: req.foyer.url.split('?')[0] },
        ...{ error: String(error), stack: error instanceof Error ? error.stack : undefined },
      });
    const body = { schemas: [ERROR], ...(scimType && { scimType }), detail, status: String(status) };
    return { status, scimType, detail, body, headers };
  }
}

interface Fault {
  status: number;
  scimType: string | null;
  detail: string;
  headers?: Record<string, string>;
}

/** What it says is chosen here, never taken from an error that nobody knows. */
function faultOf(error: unknown): Fault {
  if (error instanceof ScimFault) return error;
  const inWords = ({ code, values }: DomainError) => translate('en', code, values);
  if (error instanceof Problem) {
    const { status, message: detail, more } = error;
    if (status === 422 || status === 400 || status === 415)
      return { status: status === 415 ? 415 : 400, scimType: 'invalidSyntax', detail };
    return { status, scimType: null, detail, headers: more.headers ?? {} };
  }
  if (error instanceof TooMany) {
    const headers = { 'Retry-After': String(error.retryAfterSeconds) };
    return { status: 429, scimType: null, detail: 'Too many requests: see Retry-After.', headers };
  }
  if (error instanceof NotFound) return { status: 404, scimType: null, detail: 'There is nothing of this id.' };
  if (error instanceof InvalidField) return { status: 400, scimType: 'invalidValue', detail: inWords(error) };
  // Nobody else is in the way: trying with another name would not help.
  if (error instanceof LimitReached) return { status: 403, scimType: null, detail: inWords(error) };
  if (error instanceof Conflict) return { status: 409, scimType: 'uniqueness', detail: inWords(error) };
  if (error instanceof DomainError) return { status: 403, scimType: null, detail: inWords(error) };
  if (error instanceof DatabaseUnreachable)
    return {
      status: 503,
      scimType: null,
      detail: 'Try again in a moment.',
      headers: { 'Retry-After': String(BACK_SOON_SECONDS) },
    };
  return { status: 500, scimType: null, detail: 'Something went wrong on our side.' };
}

const nothingHere = (): ScimFault => new ScimFault(404, null, 'There is nothing at this address.');
const notAllowed = (allow: string): ScimFault => new ScimFault(405, null, `This address takes ${allow}.`);

/** What everybody is told alike (RFC 7644, 4). */
function document(name: string, id: string | undefined, method: string): Answer {
  const base = baseUrl();
  const lists: Record<string, object[]> = { Schemas: schemas(base), ResourceTypes: resourceTypes(base) };
  const list = Object.hasOwn(lists, name) ? (lists[name] as { id: string }[]) : null;
  if (!list && (name !== 'ServiceProviderConfig' || id !== undefined)) throw nothingHere();
  if (method !== 'GET') throw notAllowed('GET');
  if (!list) return { status: 200, body: serviceProviderConfig(base) };
  if (id === undefined) {
    const told = { totalResults: list.length, startIndex: 1, itemsPerPage: list.length, Resources: list };
    return { status: 200, body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'], ...told } };
  }
  const one = list.find((each) => each.id.toLowerCase() === id.toLowerCase());
  if (!one) throw nothingHere();
  return { status: 200, body: one };
}

/** What stands in the path below the base. */
function partsOf({ foyer }: FoyerRequest): string[] {
  try {
    return foyer.url
      .split('?')[0]!
      .slice(BASE.length)
      .split('/')
      .filter(Boolean)
      .map((part) => decodeURIComponent(part));
  } catch {
    throw nothingHere();
  }
}

function queryOf({ query }: FoyerRequest): Query {
  return Object.fromEntries(
    ASKED.flatMap((name) => {
      const [, value] = Object.entries(query).find(([key]) => key.toLowerCase() === name.toLowerCase()) ?? [];
      if (value === undefined) return [];
      if (typeof value !== 'string') throw new ScimFault(400, 'invalidValue', `Send one ${name}.`);
      return [[name, value]];
    }),
  );
}

const given = (status: number, { body, version }: Resource) => ({ status, body, headers: { ETag: version } });
const locationOf = ({ body }: { body: object }): string => (body as { meta: { location: string } }).meta.location;

function send(req: FoyerRequest, res: FoyerResponse, { status, body, headers = {} }: Answer): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.status(status);
  if (body === null) return void res.end();
  res.setHeader('Content-Type', 'application/scim+json; charset=utf-8');
  res.end(req.method === 'HEAD' ? undefined : JSON.stringify(body));
}

function notedOf(req: FoyerRequest, { status, scimType, detail }: Told, key: KeyShown) {
  const { filter } = req.query;
  const path = req.foyer.url.split('?')[0]!.slice(BASE.length) || '/';
  const looked = typeof filter === 'string' ? `?filter=${filter}` : '';
  return {
    method: req.method,
    path: `${path}${looked}`.slice(0, 300).toWellFormed(),
    status,
    scimType,
    detail,
    keyName: key.name,
  };
}
