import { Injectable } from '@nestjs/common';
import { type Actor, InvalidField, NotFound, Refused, holds } from '@foyer/access';
import { ALPHABETICAL, Database, rows, sql, table } from '@foyer/database';
import { TicketCategory } from './ticket-message.entity.js';

export interface CategoryRow {
  id: string;
  name: string;
  tickets: number;
  archived: boolean;
}

/** What tickets can be about, in the operator's order. */
@Injectable()
export class Categories {
  constructor(private readonly database: Database) {}

  /** Those offered for new tickets. */
  all(): Promise<{ id: string; name: string }[]> {
    return this.database.read((em) =>
      rows<{ id: string; name: string }>(
        em,
        sql`select id, name from ${table('ticket_category')} where archived_at is null order by position, name ${ALPHABETICAL} limit 200`,
      ),
    );
  }

  /** All of them, with how many tickets each has; those put away come last. */
  listed(): Promise<CategoryRow[]> {
    return this.database.read((em) =>
      rows<CategoryRow>(
        em,
        sql`select c.id, c.name, c.archived_at is not null as archived,
                   (select count(*)::int from ${table('ticket')} t where t.category_id = c.id) as tickets
              from ${table('ticket_category')} c order by c.archived_at is not null, c.position, c.name ${ALPHABETICAL} limit 500`,
      ),
    );
  }

  async add(actor: Actor, name: string): Promise<void> {
    mayManage(actor);
    await this.database.write(async (em) => {
      await this.checkName(name, null);
      const [{ position }] = (await rows<{ position: number }>(
        em,
        sql`select coalesce(max(position), 0)::int + 1 as position from ${table('ticket_category')}`,
      )) as [{ position: number }];
      em.persist(Object.assign(new TicketCategory(), { name, position, changedBy: actor.id }));
      await em.flush();
    });
  }

  async rename(actor: Actor, id: string, name: string): Promise<void> {
    await this.change(actor, id, async (category) => {
      await this.checkName(name, id);
      category.name = name;
    });
  }

  /** New tickets are no longer given to it; those that have it keep it. */
  async archive(actor: Actor, id: string): Promise<void> {
    await this.change(actor, id, (category) => void (category.archivedAt = new Date()));
  }

  async restore(actor: Actor, id: string): Promise<void> {
    await this.change(actor, id, (category) => void (category.archivedAt = null));
  }

  async move(actor: Actor, id: string, by: number): Promise<void> {
    await this.change(actor, id, async () => {
      const ids = (await this.all()).map((one) => one.id);
      const from = ids.indexOf(id);
      const to = Math.max(0, Math.min(ids.length - 1, from + by));
      if (from < 0 || from === to) return;
      ids.splice(to, 0, ...ids.splice(from, 1));
      await this.database.write((em) =>
        rows(
          em,
          sql`update ${table('ticket_category')} c set position = o.place
                from unnest(${ids}::uuid[]) with ordinality o (id, place) where o.id = c.id`,
        ),
      );
    });
  }

  /** Its tickets go to another category. @throws InvalidField when it has tickets and none is named */
  async remove(actor: Actor, id: string, to: string | null): Promise<void> {
    await this.change(actor, id, async () => {
      await this.database.write(async (em) => {
        const target = to && to !== id ? await em.findOne(TicketCategory, { id: to, archivedAt: null }) : null;
        if (to && !target) throw new InvalidField('to', 'web.form.choice');
        const has = await rows(em, sql`select 1 from ${table('ticket')} where category_id = ${id} limit 1`);
        if (has.length > 0 && !target) throw new InvalidField('to', 'tickets.setup.categories.say-where');
        await rows(em, sql`update ${table('ticket')} set category_id = ${to} where category_id = ${id}`);
        await em.nativeDelete(TicketCategory, { id });
      });
    });
  }

  private async change(actor: Actor, id: string, verb: (category: TicketCategory) => unknown): Promise<void> {
    mayManage(actor);
    await this.database.write(async (em) => {
      await rows(em, sql`select 1 from ${table('ticket_category')} where id = ${id} for update`);
      const category = await em.findOne(TicketCategory, { id });
      if (!category) throw new NotFound();
      await verb(category);
      category.changedBy = actor.id;
      await em.flush();
    });
  }

  private async checkName(name: string, except: string | null): Promise<void> {
    const [taken] = await this.database.write((em) =>
      rows(
        em,
        sql`select 1 from ${table('ticket_category')} where lower(name) = lower(${name}) and id is distinct from ${except}::uuid`,
      ),
    );
    if (taken) throw new InvalidField('name', 'tickets.setup.taken');
  }
}

function mayManage({ ability }: Actor): void {
  if (!holds(ability, 'manage', 'Settings')) throw new Refused();
}
