import { randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, rows, sql, type Sql, table } from '@foyer/database';
import type { Said } from './protocol/said.js';

export type What = 'user' | 'group';
/** What has come of it here. */
export interface State {
  /** What the groups gave last; null: nothing. */
  role?: string | null;
  /** The account was shut out because its directory said so, and comes back when it says so. */
  shutOut?: boolean;
  /** What they were when they were sent away, by hand and not by groups. */
  formerRole?: string;
}
/** Somebody or something as a directory has told of it. */
export interface Row {
  id: string;
  directoryId: string;
  kind: What;
  personId: string | null;
  externalId: string | null;
  /** `userName`, `displayName` */
  name: string;
  active: boolean;
  /** What else is said. */
  data: Said;
  state: State;
  createdAt: string;
  updatedAt: string;
}
export interface Member {
  groupId: string;
  userId: string;
  groupName: string;
  userName: string;
  externalId: string | null;
}
const COLUMNS = sql`r.id, r.directory_id as "directoryId", r.kind, r.person_id as "personId", r.external_id as "externalId", r.name, r.active, r.data,
                    r.state, r.created_at as "createdAt", r.updated_at as "updatedAt"`;

/** What directories have told, each for itself: every question names the directory that asks. */
@Injectable()
export class Rows {
  constructor(private readonly database: Database) {}

  async one(directoryId: string, kind: What, id: string): Promise<Row | null> {
    const [found] = await this.find(sql`r.directory_id = ${directoryId} and r.kind = ${kind} and r.id = ${id}`, 1);
    return found ?? null;
  }

  async called(directoryId: string, kind: What, name: string): Promise<Row | null> {
    const [found] = await this.find(
      sql`r.directory_id = ${directoryId} and r.kind = ${kind} and lower(r.name) = lower(${name})`,
      1,
    );
    return found ?? null;
  }

  /** In the order in which they came. */
  async page(directoryId: string, kind: What, where: Sql, { offset, limit }: { offset: number; limit: number }) {
    const among = sql`r.directory_id = ${directoryId} and r.kind = ${kind} and r.deleted_at is null and ${where}`;
    return this.database.read(async (em) => {
      const [{ total }] = (await rows<{ total: number }>(
        em,
        sql`select count(*)::int as total from ${table('provisioned')} r where ${among}`,
      )) as [{ total: number }];
      const found =
        limit === 0
          ? []
          : await rows<Row>(
              em,
              sql`select ${COLUMNS} from ${table('provisioned')} r where ${among} order by r.id offset ${offset} limit ${limit}`,
            );
      return { total, found };
    });
  }

  /** Who is in these groups. */
  members(groupIds: readonly string[]): Promise<Member[]> {
    return this.links(sql`m.group_id = any(${[...groupIds]}::uuid[])`);
  }

  /** The groups of these users. */
  groups(userIds: readonly string[]): Promise<Member[]> {
    return this.links(sql`m.user_id = any(${[...userIds]}::uuid[])`);
  }

  /** Of these ids, those of people that the directory has told of. */
  async known(directoryId: string, ids: readonly string[]): Promise<Set<string>> {
    const found = await this.database.read((em) =>
      rows<{ id: string }>(
        em,
        sql`select r.id from ${table('provisioned')} r
             where r.directory_id = ${directoryId} and r.kind = 'user' and r.deleted_at is null and r.id = any(${[...ids]}::uuid[])`,
      ),
    );
    return new Set(found.map(({ id }) => id));
  }

  /** Somebody whom the directory has shut out and forgotten since. */
  async forgotten(directoryId: string, personId: string): Promise<Row | null> {
    const [found] = await this.database.read((em) =>
      rows<Row>(
        em,
        sql`select ${COLUMNS} from ${table('provisioned')} r
             where r.directory_id = ${directoryId} and r.person_id = ${personId} and r.deleted_at is not null`,
      ),
    );
    return found ?? null;
  }

  async ofPerson(directoryId: string, personId: string): Promise<Row | null> {
    const [found] = await this.find(sql`r.directory_id = ${directoryId} and r.person_id = ${personId}`, 1);
    return found ?? null;
  }

  /** Whether one of these says that somebody has no access. */
  async areInactive(directoryIds: readonly string[], personId: string): Promise<boolean> {
    const found = await this.database.read((em) =>
      rows(
        em,
        sql`select 1 from ${table('provisioned')}
             where person_id = ${personId} and not active and directory_id = any(${[...directoryIds]}::uuid[]) limit 1`,
      ),
    );
    return found.length > 0;
  }

  async counts(directoryId: string): Promise<{ people: number; active: number; groups: number }> {
    const [found] = await this.database.read((em) =>
      rows<{ people: number; active: number; groups: number }>(
        em,
        sql`select count(*) filter (where kind = 'user')::int as people, count(*) filter (where kind = 'user' and active)::int as active,
                   count(*) filter (where kind = 'group')::int as groups
              from ${table('provisioned')} where directory_id = ${directoryId} and deleted_at is null`,
      ),
    );
    return found!;
  }

  async groupIds(directoryId: string): Promise<string[]> {
    const found = await this.database.read((em) =>
      rows<{ id: string }>(
        em,
        sql`select id from ${table('provisioned')} where directory_id = ${directoryId} and kind = 'group'`,
      ),
    );
    return found.map(({ id }) => id);
  }

  /** Names of the directory's groups, to choose from. */
  async groupNames(directoryId: string): Promise<string[]> {
    const { found } = await this.page(directoryId, 'group', sql`true`, { offset: 0, limit: 200 });
    return found.map(({ name }) => name);
  }

  async add(row: Omit<Row, 'id' | 'createdAt' | 'updatedAt'>): Promise<Row> {
    const [made] = await this.database.write((em) =>
      rows<Row>(
        em,
        sql`insert into ${table('provisioned')} as r (id, directory_id, kind, person_id, external_id, name, active, data, state)
            values (${randomUUIDv7()}, ${row.directoryId}, ${row.kind}, ${row.personId}, ${row.externalId}, ${row.name}, ${row.active},
                    ${JSON.stringify(row.data)}::jsonb, ${JSON.stringify(row.state)}::jsonb) returning ${COLUMNS}`,
      ),
    );
    return made!;
  }

  async save({ id, personId, externalId, name, active, data, state }: Row): Promise<Row> {
    const [saved] = await this.database.write((em) =>
      rows<Row>(
        em,
        sql`update ${table('provisioned')} as r set person_id = ${personId}, external_id = ${externalId}, name = ${name}, active = ${active},
                   data = ${JSON.stringify(data)}::jsonb, state = ${JSON.stringify(state)}::jsonb, updated_at = clock_timestamp()
             where r.id = ${id} returning ${COLUMNS}`,
      ),
    );
    return saved!;
  }

  /** What has come of it is no change of what is said: nobody has to read it again. */
  async note(id: string, state: State): Promise<void> {
    await this.database.write((em) =>
      rows(
        em,
        sql`update ${table('provisioned')} set state = ${JSON.stringify(state)}::jsonb where id = ${id} returning id`,
      ),
    );
  }

  /** Whom it has shut out is kept, so that it can bring them back; else nothing is. */
  async remove({ id, personId, state }: Row): Promise<void> {
    await this.database.write(async (em) => {
      await rows(
        em,
        sql`delete from ${table('provisioned_member')} where group_id = ${id} or user_id = ${id} returning user_id`,
      );
      if (personId !== null && state.shutOut)
        await rows(
          em,
          sql`update ${table('provisioned')} set deleted_at = now(), active = false, data = '{}' where id = ${id} returning id`,
        );
      else await this.forget(id);
    });
  }

  async forget(id: string): Promise<void> {
    await this.database.write((em) => rows(em, sql`delete from ${table('provisioned')} where id = ${id} returning id`));
  }

  async join(groupId: string, userIds: readonly string[]): Promise<void> {
    if (userIds.length === 0) return;
    await this.database.write((em) =>
      rows(
        em,
        sql`insert into ${table('provisioned_member')} (group_id, user_id) select ${groupId}::uuid, unnest(${[...userIds]}::uuid[])
            on conflict do nothing returning user_id`,
      ),
    );
  }

  async part(groupId: string, userIds: readonly string[]): Promise<void> {
    if (userIds.length === 0) return;
    await this.database.write((em) =>
      rows(
        em,
        sql`delete from ${table('provisioned_member')} where group_id = ${groupId} and user_id = any(${[...userIds]}::uuid[]) returning user_id`,
      ),
    );
  }

  /** Everything that a directory has told; people and their places stay as they are. */
  async drop(directoryId: string): Promise<void> {
    await this.database.write((em) =>
      rows(em, sql`delete from ${table('provisioned')} where directory_id = ${directoryId} returning id`),
    );
  }

  private find(where: Sql, limit: number): Promise<Row[]> {
    return this.database.read((em) =>
      rows<Row>(
        em,
        sql`select ${COLUMNS} from ${table('provisioned')} r where ${where} and r.deleted_at is null order by r.id limit ${limit}`,
      ),
    );
  }

  private links(where: Sql): Promise<Member[]> {
    return this.database.read((em) =>
      rows<Member>(
        em,
        sql`select m.group_id as "groupId", m.user_id as "userId", g.name as "groupName", u.name as "userName", g.external_id as "externalId"
              from ${table('provisioned_member')} m join ${table('provisioned')} g on g.id = m.group_id join ${table('provisioned')} u on u.id = m.user_id
             where ${where} and u.deleted_at is null order by m.group_id, m.user_id`,
      ),
    );
  }
}
