import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { holds, InvalidField } from '@foyer/access';
import { unknownAt } from '@foyer/api';
import { Database, rows, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import { translate } from '@foyer/i18n';
import { type Fault, Problem, type Visit, wrongIn } from '@foyer/web';
import {
  ANSWER_MAX,
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
import { Attachments } from '../attachments.js';
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
  attachment_ids: string[];
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
    private readonly attachments: Attachments,
  ) {}

  /** Words, files, or both. */
  async words(actor: PortalActor, { body, attachment_ids: ids }: { body: string; attachment_ids: string[] }) {
    if (body === '' && ids.length === 0) throw new InvalidField('body', 'web.form.required');
    await this.mustBeReady(actor, ids, '/attachment_ids');
    return { body, fileIds: ids, source: 'api' as const };
  }

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
    mustBeAmong(asksFor, asked.fields);
    const files = await this.filesIn(actor, asked.fields, asksFor);
    if (type.needs.attachments !== 'hidden') files['attachments'] = asked.attachment_ids;
    const unasked = [
      ...(type.needs.attachments === 'hidden' && asked.attachment_ids.length > 0 ? ['attachment_ids'] : []),
      ...(type.needs.priority === 'hidden' && priority ? ['priority'] : []),
      ...(type.needs.category === 'hidden' && category ? ['category_id'] : []),
    ];
    if (unasked.length > 0) throw new Problem(422, 'invalid', { errors: unasked.map((name) => unknownAt([name])) });
    await this.mustBeReady(actor, asked.attachment_ids, '/attachment_ids');
    const around = await this.around(actor, requesterId);
    const schema = requestForm(type, fields, typed, {
      ...{ region: REGION, team, files },
      categoryIds: around.categories,
      companyIds: around.companies,
    });
    const result = schema.safeParse(typed);
    if (!result.success) throw wrong(result.error, visit, typed);
    const chosen = company === undefined ? result.data.company : company;
    const draft = ticketOf(type, { ...result.data, company: chosen }, {});
    return { ...draft, requesterId, fileIds: asked.attachment_ids, source: 'api' };
  }

  /** Answers to a ticket's own fields, and the names of those that are different. */
  async answers(
    visit: Visit,
    actor: PortalActor,
    now: TicketRecord,
    given: Record<string, unknown>,
  ): Promise<{ fields: Answers; changed: string[] }> {
    const fields = (await this.requests.fields()).filter(({ id }) => id in given);
    mustBeAmong(fields, given);
    const choices: FormChoices = {
      ...{ region: REGION, team: true, categoryIds: [], held: now.fields as Answers },
      files: await this.filesIn(actor, given, fields, now.fields),
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

  /** Files that answer questions: the actor's own and unused, or what the ticket `held`. */
  private async filesIn(
    actor: PortalActor,
    given: Record<string, unknown>,
    fields: readonly RequestField[],
    held: Record<string, unknown> = {},
  ): Promise<Record<string, string[]>> {
    const files: Record<string, string[]> = {};
    for (const { id } of fields.filter(({ id, kind }) => kind === 'file' && (given[id] ?? null) !== null)) {
      const read = z.array(z.uuid()).max(ANSWER_MAX.file).safeParse(given[id]);
      if (!read.success) throw notReady(`/fields/${id}`);
      files[controlOf(id)] = read.data;
      const had = new Set([held[id] ?? []].flat());
      await this.mustBeReady(
        actor,
        read.data.filter((file) => !had.has(file)),
        `/fields/${id}`,
      );
    }
    return files;
  }

  private async mustBeReady(actor: PortalActor, ids: readonly string[], pointer: string): Promise<void> {
    if (!(await this.attachments.areReady(actor, ids))) throw notReady(pointer);
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

const notReady = (pointer: string): Problem =>
  new Problem(422, 'invalid', { errors: [{ pointer, code: 'web.form.choice', message: 'web.form.choice' }] });

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

const SENT: Record<string, string> = {
  ...{ category: 'category_id', company: 'company_id', attachments: 'attachment_ids' },
};

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
