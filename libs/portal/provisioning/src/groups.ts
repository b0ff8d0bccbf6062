import { Injectable } from '@nestjs/common';
import { Database } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { MappedRoles } from '@foyer/signon';
import type { Directory } from './directories.js';
import { People } from './people.js';
import type { Projection } from './protocol/projection.js';
import type { Item, Said } from './protocol/said.js';
import { invalid } from './protocol/scim-fault.js';
import { ProvisionedAdded, ProvisionedChanged, ProvisionedRemoved } from './provisioning.events.js';
import { baseUrl, differing, isId, Resources, wants } from './resources.js';
import { type Row, Rows } from './rows.js';

/** Groups as a directory has them. What one means is said on the directory's page; roles follow as soon as somebody comes or goes. */
@Injectable()
export class Groups extends Resources {
  protected readonly what = 'group';
  protected readonly path = 'Groups';

  constructor(
    rows: Rows,
    database: Database,
    private readonly outbox: Outbox,
    private readonly people: People,
    private readonly mapped: MappedRoles,
  ) {
    super(rows, database);
  }

  protected async add(directory: Directory, said: Said): Promise<Row> {
    const { name, externalId } = kept(said);
    await this.mustBeFree(directory, name);
    const fresh = { directoryId: directory.id, kind: this.what, personId: null, state: {} } as const;
    const row = await this.rows.add({ ...fresh, name, externalId, active: true, data: {} });
    const members = await this.membersIn(directory, said, new Set());
    await this.rows.join(row.id, [...members]);
    await this.follow(directory, [row], members);
    await this.outbox.publish(new ProvisionedAdded(directory.id, 'group', row.id, null));
    return row;
  }

  protected async drop(directory: Directory, row: Row): Promise<void> {
    const members = await this.membersOf(row.id);
    await this.rows.remove(row);
    await this.follow(directory, [row], members);
    await this.outbox.publish(new ProvisionedRemoved(directory.id, 'group', row.id, null));
  }

  protected override async entire(row: Row): Promise<Said> {
    const members = await this.membersOf(row.id);
    return { ...this.said(row), ...(members.length > 0 && { members: members.map((value) => ({ value })) }) };
  }

  protected async alter(directory: Directory, row: Row, said: Said, before: Said): Promise<Row> {
    const { name, externalId } = kept(said);
    await this.mustBeFree(directory, name, row.id);
    const were = new Set(idsIn(before));
    const are = await this.membersIn(directory, said, were);
    const came = [...are].filter((one) => !were.has(one));
    const went = [...were].filter((one) => !are.has(one));
    const isCalledOtherwise = name !== row.name || externalId !== row.externalId;
    if (came.length + went.length === 0 && !isCalledOtherwise) return row;
    await this.rows.join(row.id, came);
    await this.rows.part(row.id, went);
    const saved = await this.rows.save({ ...row, name, externalId });
    const affected = isCalledOtherwise ? [...are, ...went] : [...came, ...went];
    await this.follow(directory, [row, saved], affected);
    const attributes = differing(this.said(row), this.said(saved));
    if (came.length + went.length > 0) attributes.push('members');
    await this.outbox.publish(new ProvisionedChanged(directory.id, 'group', row.id, null, attributes));
    return saved;
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

  private async membersOf(id: string): Promise<string[]> {
    return (await this.rows.members([id])).map(({ userId }) => userId);
  }

  /** @throws ScimFault for members whom the directory has not told of */
  private async membersIn(directory: Directory, said: Said, before: ReadonlySet<string>): Promise<Set<string>> {
    const given = valuesIn(said);
    const ids = given.filter(isId).map((id) => id.toLowerCase());
    const fresh = ids.filter((id) => !before.has(id));
    const known = fresh.length > 0 ? await this.rows.known(directory.id, fresh) : new Set();
    const wrong = given.find((one) => !isId(one)) ?? fresh.find((id) => !known.has(id));
    if (wrong !== undefined) throw invalid(`There is no user of the id ${String(wrong).slice(0, 60)}.`);
    return new Set(ids);
  }

  /** Those for whom it may mean something, where the group, as it was or is, means anything. */
  private async follow(directory: Directory, groups: readonly Row[], userIds: Iterable<string>): Promise<void> {
    const names = groups.flatMap(({ name, externalId }) => [name, externalId ?? '']);
    if (this.mapped.names(directory, names)) await this.followEach(directory, userIds);
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
}

const valuesIn = (said: Said): unknown[] => ((said['members'] ?? []) as Item[]).map(({ value }) => value);
const idsIn = (said: Said): string[] => valuesIn(said).filter(isId);

const kept = ({ displayName, externalId }: Said) => ({
  ...{ name: String(displayName), externalId: externalId === undefined ? null : String(externalId as string) },
});
