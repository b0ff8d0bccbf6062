import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { accessible } from '@foyer/access';
import { ALPHABETICAL, condition, Database, rows, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import { several, type Typed, typedRows } from '@foyer/settings';
import type { Visit } from '@foyer/web';
import { type Option, type RuleChoices, RuleOptions } from '../conditions/rule-choices.js';

/** What a view can ask of tickets: what rules can, and beside it whoever looks, and customers it was begun with. */
@Injectable()
export class ViewChoices {
  constructor(
    private readonly options: RuleOptions,
    private readonly database: Database,
  ) {}

  async all(visit: Visit, actor: PortalActor, typed: Typed): Promise<RuleChoices> {
    const choices = await this.options.all(visit);
    const me = { value: 'me', label: visit.t('tickets.views.me') };
    const fields = choices.fields.map((field) =>
      field.field === 'assigneeId' ? { ...field, options: [me, ...(field.options ?? [])] } : field,
    );
    const asked = typedRows(typed, 'tests').flatMap(({ values }) =>
      values['field'] === 'requesterId' ? several(values['value']) : [],
    );
    const customers = await this.customers(actor, asked);
    const label = visit.t('tickets.field.requester');
    const more = customers.length > 0 ? [{ field: 'requesterId', kind: 'id' as const, label, options: customers }] : [];
    return { ...choices, fields: [...fields, ...more] };
  }

  /** Nobody chooses from thousands; those who are named are known by the tickets the actor may see. */
  private async customers(actor: PortalActor, asked: string[]): Promise<Option[]> {
    const ids = asked.filter((id) => z.uuid().safeParse(id).success);
    if (ids.length === 0) return [];
    const may = condition(accessible(actor.ability, 'read', 'Ticket', 't'));
    return this.database.read((em) =>
      rows<Option>(
        em,
        sql`select r.id as value, r.name as label from ${table('person')} r
             where r.id = any(${ids}::uuid[]) and exists (select from ${table('ticket')} t where t.requester_id = r.id and ${may}) order by r.name ${ALPHABETICAL}`,
      ),
    );
  }
}
