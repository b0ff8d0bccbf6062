import { Injectable } from '@nestjs/common';
import { Database } from '@foyer/database';
import { Outbox } from '@foyer/events';
import type { Directory } from './directories.js';
import { People } from './people.js';
import { patched } from './protocol/patch.js';
import type { Projection } from './protocol/projection.js';
import { type Item, mustBeWhole, readSaid, type Said } from './protocol/said.js';
import { invalid } from './protocol/scim-fault.js';
import { ProvisionedAdded, ProvisionedChanged, ProvisionedRemoved } from './provisioning.events.js';
import { baseUrl, isId, type Resource, Resources, wants } from './resources.js';
import { type Row, Rows } from './rows.js';
import { differing } from './users.js';

/** Groups as a directory has them. What one means is said on the directory's page; roles follow as soon as somebody comes or goes. */
@Injectable()
export class Groups extends Resources {
  protected readonly what = 'group';
  protected readonly path = 'Groups';

  constructor(
    rows: Rows,
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly people: People,
  ) {
    super(rows);
  }

  /** @throws ScimFault */
  create(directory: Directory, body: unknown): Promise<Resource> {
    const said = readSaid(this.kind, body);
    mustBeWhole(this.kind, said);
    return this.inTurn(directory, async () => {
      const { name, externalId } = kept(said);
      await this.mustBeFree(directory, name);
      const fresh = { directoryId: directory.id, kind: this.what, personId: null, state: {} } as const;
      const row = await this.rows.add({ ...fresh, name, externalId, active: true, data: {} });
      const members = await this.membersIn(directory, said, new Set());
      await this.rows.join(row.id, [...members]);
      await this.follow(directory, [row], members);
      await this.outbox.publish(new ProvisionedAdded(directory.id, 'group', row.id, null));
      return this.whole(row);
    });
  }

  replace(directory: Directory, id: string, body: unknown, seen?: string): Promise<Resource> {
    const said = readSaid(this.kind, body);
    mustBeWhole(this.kind, said);
    return this.change(directory, id, seen, () => said);
  }

  patch(directory: Directory, id: string, body: unknown, seen?: string): Promise<Resource> {
    return this.change(directory, id, seen, (before) => patched(this.kind, before, body));
  }

  async remove(directory: Directory, id: string, seen?: string): Promise<void> {
    await this.inTurn(directory, async () => {
      const row = await this.known(directory, id);
      this.mustBeAsSeen(row, seen);
      const members = (await this.rows.members([id])).map(({ userId }) => userId);
      await this.rows.remove(row);
      await this.follow(directory, [row], members);
      await this.outbox.publish(new ProvisionedRemoved(directory.id, 'group', id, null));
    });
  }

  /** What the groups of everybody mean now that it has been said anew. */
  async followAll(directory: Directory): Promise<void> {
    await this.inTurn(directory, async () => {
      const groups = await this.rows.groupIds(directory.id);
      const members = await this.rows.members(groups);
      await this.followEach(
        directory,
        members.map(({ userId }) => userId),
      );
    });
  }

  private change(directory: Directory, id: string, seen: string | undefined, to: (before: Said) => Said) {
    return this.inTurn(directory, async () => {
      const row = await this.known(directory, id);
      this.mustBeAsSeen(row, seen);
      const were = new Set((await this.rows.members([id])).map(({ userId }) => userId));
      const before = { ...this.said(row), ...(were.size > 0 && { members: [...were].map((value) => ({ value })) }) };
      const said = to(before);
      mustBeWhole(this.kind, said);
      const { name, externalId } = kept(said);
      await this.mustBeFree(directory, name, id);
      const are = await this.membersIn(directory, said, were);
      const came = [...are].filter((one) => !were.has(one));
      const went = [...were].filter((one) => !are.has(one));
      const isCalledOtherwise = name !== row.name || externalId !== row.externalId;
      if (came.length + went.length === 0 && !isCalledOtherwise) return this.whole(row);
      await this.rows.join(id, came);
      await this.rows.part(id, went);
      const saved = await this.rows.save({ ...row, name, externalId });
      const affected = isCalledOtherwise ? [...are, ...went] : [...came, ...went];
      await this.follow(directory, [row, saved], affected);
      const attributes = differing(this.said(row), this.said(saved));
      if (came.length + went.length > 0) attributes.push('members');
      await this.outbox.publish(new ProvisionedChanged(directory.id, 'group', id, null, attributes));
      return this.whole(saved);
    });
  }

  /** @throws ScimFault for members whom the directory has not told of */
  private async membersIn(directory: Directory, said: Said, before: ReadonlySet<string>): Promise<Set<string>> {
    const given = ((said['members'] ?? []) as Item[]).map(({ value }) => value);
    const ids = given.filter(isId).map((id) => id.toLowerCase());
    const fresh = ids.filter((id) => !before.has(id));
    const known = fresh.length > 0 ? await this.rows.known(directory.id, fresh) : new Set();
    const wrong = given.find((one) => !isId(one)) ?? fresh.find((id) => !known.has(id));
    if (wrong !== undefined) throw invalid(`There is no user of the id ${String(wrong).slice(0, 60)}.`);
    return new Set(ids);
  }

  /** Those for whom it may mean something, where the group, as it was or is, means anything. */
  private async follow(directory: Directory, groups: readonly Row[], userIds: Iterable<string>): Promise<void> {
    const meaning = new Set(directory.roles.map(({ group }) => group));
    const means = groups.some(({ name, externalId }) => meaning.has(name) || meaning.has(externalId ?? ''));
    if (means) await this.followEach(directory, userIds);
  }

  private async followEach(directory: Directory, userIds: Iterable<string>): Promise<void> {
    for (const id of new Set(userIds)) {
      const user = await this.rows.one(directory.id, 'user', id);
      if (user) await this.people.follow(directory, user);
    }
  }

  protected said({ name, externalId }: Row): Said {
    return { ...(externalId !== null && { externalId }), displayName: name };
  }

  protected async links(rows: readonly Row[], projection: Projection): Promise<Map<string, Said>> {
    if (!wants(projection, 'members')) return new Map();
    const members = Map.groupBy(await this.rows.members(rows.map(({ id }) => id)), ({ groupId }) => groupId);
    return new Map(
      [...members].map(([id, all]) => [
        id,
        {
          members: all.map(({ userId, userName }) => ({
            ...{ value: userId, display: userName, type: 'User', $ref: `${baseUrl()}/Users/${userId}` },
          })),
        },
      ]),
    );
  }

  private inTurn<T>(directory: Directory, fn: () => Promise<T>): Promise<T> {
    return this.database.write(async () => {
      await this.database.inTurn(`directory ${directory.id}`);
      return fn();
    });
  }
}

const kept = ({ displayName, externalId }: Said) => ({
  ...{ name: String(displayName), externalId: externalId === undefined ? null : String(externalId as string) },
});
