import { createHash } from 'node:crypto';
import { type Database, sql } from '@foyer/database';
import { currentTenant } from '@foyer/tenancy';
import type { Directory } from './directories.js';
import { type Kind, KINDS } from './protocol/attributes.js';
import { conditionOf } from './protocol/filter-sql.js';
import { patched } from './protocol/patch.js';
import { projected, type Projection, projectionOf, wants } from './protocol/projection.js';
import { mustBeWhole, readSaid, type Said } from './protocol/said.js';
import { PAGE } from './protocol/schema-documents.js';
import { parseFilter } from './protocol/scim-filter.js';
import { ScimFault } from './protocol/scim-fault.js';
import type { Row, Rows, What } from './rows.js';

export const BASE = '/scim/v2';
export const baseUrl = (): string => `${currentTenant().origin}${BASE}`;
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** What a request asks for, by SCIM's names. */
export type Query = Partial<Record<'filter' | 'startIndex' | 'count' | 'attributes' | 'excludedAttributes', string>>;
export interface Resource {
  body: Said;
  version: string;
}

/** What a directory may do with users and groups alike: each change as a whole, one after another. What comes of it, either says itself. */
export abstract class Resources {
  protected abstract readonly what: What;
  protected abstract readonly path: 'Users' | 'Groups';
  constructor(
    protected readonly rows: Rows,
    private readonly database: Database,
  ) {}

  protected get kind(): Kind {
    return KINDS[this.path];
  }

  /** @throws ScimFault */
  async list(directory: Directory, query: Query): Promise<object> {
    const startIndex = Math.max(1, whole(query.startIndex, 1, 'startIndex'));
    const count = Math.max(0, Math.min(PAGE.most, whole(query.count, PAGE.usual, 'count')));
    const where = query.filter ? conditionOf(this.kind, parseFilter(query.filter)) : sql`true`;
    const { total, found } = await this.rows.page(directory.id, this.what, where, {
      ...{ offset: startIndex - 1, limit: count },
    });
    const shown = await this.shown(found, projectionOf(this.kind, query.attributes, query.excludedAttributes));
    return {
      ...{ schemas: [LIST], totalResults: total, startIndex, itemsPerPage: shown.length },
      Resources: shown.map(({ body }) => body),
    };
  }

  /** @throws ScimFault 404 also for what another directory has told */
  async one(directory: Directory, id: string, query: Query): Promise<Resource> {
    const projection = projectionOf(this.kind, query.attributes, query.excludedAttributes);
    return (await this.shown([await this.known(directory, id)], projection))[0]!;
  }

  /** @throws ScimFault, Conflict */
  create(directory: Directory, body: unknown): Promise<Resource> {
    const said = this.read(body);
    return this.inTurn(directory, async () => this.whole(await this.add(directory, said)));
  }

  replace(directory: Directory, id: string, body: unknown, seen?: string): Promise<Resource> {
    const said = this.read(body);
    return this.change(directory, id, seen, (before) => this.instead(said, before));
  }

  patch(directory: Directory, id: string, body: unknown, seen?: string): Promise<Resource> {
    return this.change(directory, id, seen, (before) => patched(this.kind, before, body));
  }

  async remove(directory: Directory, id: string, seen?: string): Promise<void> {
    await this.inTurn(directory, async () => {
      const row = await this.known(directory, id);
      this.mustBeAsSeen(row, seen);
      await this.drop(directory, row);
    });
  }

  protected abstract add(directory: Directory, said: Said): Promise<Row>;
  /** @returns the row as it is then; the same where nothing is said otherwise */
  protected abstract alter(directory: Directory, row: Row, said: Said, before: Said): Promise<Row>;
  protected abstract drop(directory: Directory, row: Row): Promise<void>;
  /** All that is said of it now, also what others hold. */
  protected entire(row: Row): Promise<Said> {
    return Promise.resolve(this.said(row));
  }
  /** What stands in the place of what was said before. */
  protected instead(said: Said, _before: Said): Said {
    return said;
  }

  protected inTurn<T>(directory: Directory, fn: () => Promise<T>): Promise<T> {
    return this.database.write(async () => {
      await this.database.inTurn(`directory ${directory.id}`);
      return fn();
    });
  }

  private read(body: unknown): Said {
    const said = readSaid(this.kind, body);
    mustBeWhole(this.kind, said);
    return said;
  }

  private change(directory: Directory, id: string, seen: string | undefined, to: (before: Said) => Said) {
    return this.inTurn(directory, async () => {
      const row = await this.known(directory, id);
      this.mustBeAsSeen(row, seen);
      const before = await this.entire(row);
      const said = to(before);
      mustBeWhole(this.kind, said);
      return this.whole(await this.alter(directory, row, said, before));
    });
  }

  private async known(directory: Directory, id: string): Promise<Row> {
    const found = UUID.test(id) ? await this.rows.one(directory.id, this.what, id) : null;
    if (!found) throw new ScimFault(404, null, 'There is nothing of this id.');
    return found;
  }

  /** As it was when whoever changes it read it. @throws ScimFault 412 */
  private mustBeAsSeen(row: Row, seen: string | undefined): void {
    if (seen === undefined || seen === '*' || seen.split(/\s*,\s*/).includes(versionOf(row))) return;
    throw new ScimFault(412, null, 'It has changed since it was read.');
  }

  protected async mustBeFree(directory: Directory, name: string, exceptId?: string): Promise<void> {
    const other = await this.rows.called(directory.id, this.what, name);
    if (other && other.id !== exceptId)
      throw new ScimFault(
        409,
        'uniqueness',
        `There is one of this ${this.what === 'user' ? 'userName' : 'displayName'} already.`,
      );
  }

  /** What others hold of them, such as groups, in one question for all. */
  protected abstract links(rows: readonly Row[], projection: Projection): Promise<Map<string, Said>>;
  protected abstract said(row: Row): Said;

  private async shown(rows: readonly Row[], projection: Projection): Promise<Resource[]> {
    const links = await this.links(rows, projection);
    return rows.map((row) => {
      const said = this.said(row);
      const { schema, extensions } = this.kind;
      const used = extensions.filter(({ id }) => id in said);
      const version = versionOf(row);
      const body = {
        ...{ schemas: [schema.id, ...used.map(({ id }) => id)], id: row.id, ...said, ...links.get(row.id) },
        meta: {
          ...{ resourceType: schema.name, created: instant(row.createdAt), lastModified: instant(row.updatedAt) },
          ...{ location: `${baseUrl()}/${this.path}/${row.id}`, version },
        },
      };
      return { body: projected(projection, body), version };
    });
  }

  private whole(row: Row): Promise<Resource> {
    return this.shown([row], projectionOf(this.kind, undefined, undefined)).then(([one]) => one!);
  }
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
export const isId = (text: unknown): text is string => typeof text === 'string' && UUID.test(text);
export { wants };

const instant = (at: string): string => new Date(at).toISOString();
/** A weak one: what others hold of it is not in it. */
const versionOf = ({ id, updatedAt }: Row): string =>
  `W/"${createHash('sha256')
    .update(`${id} ${String(updatedAt)}`)
    .digest('base64url')
    .slice(0, 16)}"`;

function whole(text: string | undefined, usual: number, name: string): number {
  if (text === undefined || text === '') return usual;
  if (!/^-?\d{1,9}$/.test(text)) throw new ScimFault(400, 'invalidValue', `${name} is a whole number.`);
  return Number(text);
}

/** The attributes that are said otherwise. */
export function differing(before: Said, after: Said): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
}
