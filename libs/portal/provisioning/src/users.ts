import { Injectable } from '@nestjs/common';
import { Database } from '@foyer/database';
import { Outbox } from '@foyer/events';
import type { Directory } from './directories.js';
import { addressOf, People } from './people.js';
import type { Projection } from './protocol/projection.js';
import type { Said } from './protocol/said.js';
import { ProvisionedAdded, ProvisionedChanged, ProvisionedRemoved } from './provisioning.events.js';
import { baseUrl, differing, Resources, wants } from './resources.js';
import { type Row, Rows } from './rows.js';

/** People as their directory tells of them. */
@Injectable()
export class Users extends Resources {
  protected readonly what = 'user';
  protected readonly path = 'Users';

  constructor(
    rows: Rows,
    database: Database,
    private readonly outbox: Outbox,
    private readonly people: People,
  ) {
    super(rows, database);
  }

  protected async add(directory: Directory, said: Said): Promise<Row> {
    const { name, externalId, active, data } = kept(said);
    await this.mustBeFree(directory, name);
    await this.people.addressIn(directory, said);
    const fresh = { directoryId: directory.id, kind: this.what, personId: null, state: {} } as const;
    let row = await this.rows.add({ ...fresh, name, externalId, active, data });
    if (active) row = await this.admitted(directory, row, said, null);
    await this.outbox.publish(new ProvisionedAdded(directory.id, 'user', row.id, row.personId));
    return row;
  }

  /** What is not said of access says nothing of it. */
  protected override instead(said: Said, before: Said): Said {
    return { active: before['active'], ...said };
  }

  protected async drop(directory: Directory, known: Row): Promise<void> {
    const row = known.active ? await this.people.dismiss(directory, known) : known;
    await this.rows.remove(row);
    await this.outbox.publish(new ProvisionedRemoved(directory.id, 'user', row.id, row.personId));
  }

  protected async alter(directory: Directory, row: Row, said: Said, before: Said): Promise<Row> {
    const { name, externalId, active, data } = kept(said);
    const attributes = differing(before, said);
    // Said again of somebody whom the team has let in meanwhile, it counts again.
    const isBack = !active && !row.active && row.personId !== null && (await this.people.isIn(directory, row.personId));
    if (attributes.length === 0 && !isBack) return row;
    await this.mustBeFree(directory, name, row.id);
    const [address, former] = [addressOf(said), addressOf(before)];
    if (address !== former) await this.people.addressIn(directory, said);
    let saved = await this.rows.save({ ...row, name, externalId, data });
    if ((row.active || isBack) && !active) saved = await this.people.dismiss(directory, saved);
    if (saved.personId !== null && address !== former && address !== null)
      await this.people.move(directory, saved.personId, address);
    if (active && !row.active) saved = await this.admitted(directory, saved, said, before);
    else if (saved.personId !== null) await this.people.describe(directory, saved.personId, said, before);
    await this.outbox.publish(new ProvisionedChanged(directory.id, 'user', row.id, saved.personId, attributes));
    return saved;
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
}

/** What of it has a column, and the rest. */
function kept({ userName, externalId, active, ...data }: Said) {
  return {
    ...{ name: String(userName), externalId: externalId === undefined ? null : String(externalId as string) },
    ...{ active: active !== false, data },
  };
}
