import { Injectable } from '@nestjs/common';
import { Database } from '@foyer/database';
import { Outbox } from '@foyer/events';
import type { Directory } from './directories.js';
import { addressOf, People } from './people.js';
import { patched } from './protocol/patch.js';
import { mustBeWhole, readSaid, type Said } from './protocol/said.js';
import { ProvisionedAdded, ProvisionedChanged, ProvisionedRemoved } from './provisioning.events.js';
import { baseUrl, type Resource, Resources, wants } from './resources.js';
import type { Projection } from './protocol/projection.js';
import { type Row, Rows } from './rows.js';

/** People as their directory tells of them. A directory's changes follow one another. */
@Injectable()
export class Users extends Resources {
  protected readonly what = 'user';
  protected readonly path = 'Users';

  constructor(
    rows: Rows,
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly people: People,
  ) {
    super(rows);
  }

  /** @throws ScimFault, Conflict */
  create(directory: Directory, body: unknown): Promise<Resource> {
    const said = readSaid(this.kind, body);
    mustBeWhole(this.kind, said);
    return this.inTurn(directory, async () => {
      const { name, externalId, active, data } = kept(said);
      await this.mustBeFree(directory, name);
      await this.people.addressIn(directory, said);
      const fresh = { directoryId: directory.id, kind: this.what, personId: null, state: {} } as const;
      let row = await this.rows.add({ ...fresh, name, externalId, active, data });
      if (active) row = await this.admitted(directory, row, said, null);
      await this.outbox.publish(new ProvisionedAdded(directory.id, 'user', row.id, row.personId));
      return this.whole(row);
    });
  }

  replace(directory: Directory, id: string, body: unknown, seen?: string): Promise<Resource> {
    const said = readSaid(this.kind, body);
    mustBeWhole(this.kind, said);
    // What is not said of access says nothing of it.
    return this.change(directory, id, seen, (before) => ({ active: before['active'], ...said }));
  }

  patch(directory: Directory, id: string, body: unknown, seen?: string): Promise<Resource> {
    return this.change(directory, id, seen, (before) => patched(this.kind, before, body));
  }

  async remove(directory: Directory, id: string, seen?: string): Promise<void> {
    await this.inTurn(directory, async () => {
      let row = await this.known(directory, id);
      this.mustBeAsSeen(row, seen);
      if (row.active) row = await this.people.dismiss(directory, row);
      await this.rows.remove(row);
      await this.outbox.publish(new ProvisionedRemoved(directory.id, 'user', id, row.personId));
    });
  }

  private change(directory: Directory, id: string, seen: string | undefined, to: (before: Said) => Said) {
    return this.inTurn(directory, async () => {
      const row = await this.known(directory, id);
      this.mustBeAsSeen(row, seen);
      const before = this.said(row);
      const said = to(before);
      mustBeWhole(this.kind, said);
      const { name, externalId, active, data } = kept(said);
      const attributes = differing(before, said);
      // Said again of somebody whom the team has let in meanwhile, it counts again.
      const isBack =
        !active && !row.active && row.personId !== null && (await this.people.isIn(directory, row.personId));
      if (attributes.length === 0 && !isBack) return this.whole(row);
      await this.mustBeFree(directory, name, id);
      const [address, former] = [addressOf(said), addressOf(before)];
      if (address !== former) await this.people.addressIn(directory, said);
      let saved = await this.rows.save({ ...row, name, externalId, data });
      if ((row.active || isBack) && !active) saved = await this.people.dismiss(directory, saved);
      if (saved.personId !== null && address !== former && address !== null)
        await this.people.move(directory, saved.personId, address);
      if (active && !row.active) saved = await this.admitted(directory, saved, said, before);
      else if (saved.personId !== null) await this.people.describe(directory, saved.personId, said, before);
      await this.outbox.publish(new ProvisionedChanged(directory.id, 'user', id, saved.personId, attributes));
      return this.whole(saved);
    });
  }

  private async admitted(directory: Directory, row: Row, said: Said, before: Said | null): Promise<Row> {
    const admitted = await this.people.admit(directory, row, said);
    await this.people.describe(directory, admitted.personId!, said, row.personId === null ? null : before);
    return admitted;
  }

  protected said({ name, externalId, active, data }: Row): Said {
    return { ...(externalId !== null && { externalId }), userName: name, ...data, active };
  }

  protected async links(rows: readonly Row[], projection: Projection): Promise<Map<string, Said>> {
    if (!wants(projection, 'groups')) return new Map();
    const groups = Map.groupBy(await this.rows.groups(rows.map(({ id }) => id)), ({ userId }) => userId);
    return new Map(
      [...groups].map(([id, all]) => [
        id,
        {
          groups: all.map(({ groupId, groupName }) => ({
            ...{ value: groupId, display: groupName, type: 'direct', $ref: `${baseUrl()}/Groups/${groupId}` },
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

/** What of it has a column, and the rest. */
function kept({ userName, externalId, active, ...data }: Said) {
  return {
    ...{ name: String(userName), externalId: externalId === undefined ? null : String(externalId as string) },
    ...{ active: active !== false, data },
  };
}

/** The attributes that are said otherwise. */
export function differing(before: Said, after: Said): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
}
