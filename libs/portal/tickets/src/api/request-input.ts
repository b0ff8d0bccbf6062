import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { holds, InvalidField } from '@foyer/access';
import { unknownAt } from '@foyer/api';
import { Database, rows, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import { translate } from '@foyer/i18n';
import { type Fault, Problem, type Visit, wrongIn } from '@foyer/web';
import {
  answerOf,
  askedFields,
  controlOf,
  type FieldValue,
  type FormChoices,
  type Priority,
  type RequestField,
  requestForm,
  Requests,
  type Typed,
} from '@foyer/requests';
import { localized } from '@foyer/settings';
import { ticketOf } from '../asking/request-forms.js';
import type { TicketDraft } from '../tickets.js';
import type { TicketRecord } from './ticket-wire.js';

export interface Asked {
  subject: string;
  description: string;
  requester_id: string;
  company_id?: string | null | undefined;
  type_id?: string | undefined;
  category_id?: string | null | undefined;
  priority?: Priority | undefined;
  fields: Record<string, unknown>;
}
type Answers = Record<string, FieldValue>;
/** What programs write needs no region's marks. */
const REGION = 'en-US';

/** What programs send for a request, judged by the same form that people fill in. */
@Injectable()
export class RequestInput {
  constructor(
    private readonly database: Database,
    private readonly requests: Requests,
  ) {}

  /** @throws Problem that names each fault at its place */
  async ticket(visit: Visit, actor: PortalActor, asked: Asked): Promise<TicketDraft> {
    const offered = await this.requests.offered(actor);
    const type = asked.type_id === undefined ? offered[0]! : offered.find(({ id }) => id === asked.type_id);
    if (!type) throw new InvalidField('type', 'web.form.choice');
    const fields = await this.requests.fields();
    const {
      subject,
      description,
      priority,
      category_id: category,
      company_id: company,
      requester_id: requesterId,
    } = asked;
    const typed: Typed = {
      ...{ subject, description, category: category ?? '', company: company ?? '' },
      ...(priority && { priority }),
      ...typedOf(asked.fields, fields),
    };
    const team = holds(actor.ability, 'read', 'Note');
    const asksFor = askedFields(type, fields, typed, team).map(({ field }) => field);
    mustBeAmong(
      asksFor.filter(({ kind }) => kind !== 'file'),
      asked.fields,
    );
    const around = await this.around(actor, requesterId);
    const schema = requestForm(type, fields, typed, {
      ...{ region: REGION, team, files: {} },
      categoryIds: around.categories,
      companyIds: around.companies,
    });
    const result = schema.safeParse(typed);
    if (!result.success) throw wrong(result.error, visit, typed);
    const chosen = company === undefined ? result.data.company : company;
    return { ...ticketOf(type, { ...result.data, company: chosen }, {}), requesterId, source: 'api' };
  }

  /** Answers to a ticket's own fields, and the names of those that are different. */
  async answers(
    visit: Visit,
    now: TicketRecord,
    given: Record<string, unknown>,
  ): Promise<{ fields: Answers; changed: string[] }> {
    const fields = (await this.requests.fields()).filter(({ id, kind }) => id in given && kind !== 'file');
    mustBeAmong(fields, given);
    const choices: FormChoices = {
      ...{ region: REGION, team: true, categoryIds: [], files: {}, held: now.fields as Answers },
      companyIds: now.company ? [now.company.id] : [],
    };
    const schema = z.object(
      Object.fromEntries(fields.map((field) => [controlOf(field.id), answerOf(field, false, choices)])),
    );
    const typed = typedOf(given, fields);
    const result = schema.safeParse(typed);
    if (!result.success) throw wrong(result.error, visit, typed);
    const value = result.data as Answers;
    return {
      fields: Object.fromEntries(fields.map(({ id }) => [id, value[controlOf(id)] ?? null])),
      changed: fields
        .filter(({ id }) => JSON.stringify(value[controlOf(id)] ?? null) !== JSON.stringify(now.fields[id] ?? null))
        .map((field) => localized(field, 'label', visit.locale)),
    };
  }

  /** Categories in force, and the companies of the requester that the actor may speak for. */
  private async around(actor: PortalActor, requesterId: string) {
    const [row] = await this.database.read((em) =>
      rows<{ categories: string[]; companies: string[] }>(
        em,
        sql`select (select coalesce(json_agg(c.id), '[]') from ${table('ticket_category')} c where c.archived_at is null) as categories,
                   (select coalesce(json_agg(m.company_id), '[]') from ${table('membership')} m where m.person_id = ${requesterId}) as companies`,
      ),
    );
    const mine = new Set(actor.companies.map(({ id }) => id));
    const companies = actor.teamRole === null ? row!.companies.filter((id) => mine.has(id)) : row!.companies;
    return { ...row!, companies };
  }
}

/** What is not asked is not read, and whoever sends it is told. */
function mustBeAmong(fields: readonly RequestField[], given: Record<string, unknown>): void {
  const others = Object.keys(given).filter((id) => given[id] !== null && !fields.some((field) => field.id === id));
  const errors = others.map((id) => unknownAt(['fields', id]));
  if (errors.length > 0) throw new Problem(422, 'invalid', { errors });
}

/** As the controls of the form would hold it. */
function typedOf(given: Record<string, unknown>, fields: readonly RequestField[]): Typed {
  const text = (value: unknown): string =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  return Object.fromEntries(
    fields
      .filter(({ id }) => given[id] !== undefined && given[id] !== null)
      .map(({ id, kind }) => {
        const value = given[id];
        if (kind === 'checkbox') return [controlOf(id), value === true ? 'yes' : ''];
        return [controlOf(id), Array.isArray(value) ? value.map(text) : text(value)];
      }),
  );
}

const SENT: Record<string, string> = { category: 'category_id', company: 'company_id' };

function wrong(error: z.ZodError, visit: Visit, typed: Typed): Problem {
  const errors = error.issues.map((issue): Fault => {
    const name = String(issue.path[0] ?? '');
    const pointer = name.startsWith('f-') ? `/fields/${name.slice(2)}` : `/${SENT[name] ?? name}`;
    return { pointer, ...said(visit, ...wrongIn(issue, typed[name])) };
  });
  return new Problem(422, 'invalid', { errors });
}

const said = ({ locale }: Visit, code: string, values: Record<string, string | number> = {}) => ({
  code,
  message: translate(locale, code, values),
});
