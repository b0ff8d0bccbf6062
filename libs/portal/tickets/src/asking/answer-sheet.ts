import { Injectable } from '@nestjs/common';
import type { PortalActor } from '@foyer/identity';
import { FormState, type Upload, type Visit } from '@foyer/web';
import { z } from 'zod';
import {
  ANSWER_MAX,
  answerOf,
  answersOf,
  askedFields,
  controlOf,
  type FieldValue,
  type FormChoices,
  idsIn,
  type KeptFile,
  labelsOf,
  printOf,
  questionsOf,
  questionViews,
  type RequestField,
  Requests,
  type Typed,
  typedAnswers,
} from '@foyer/requests';
import { localized } from '@foyer/settings';
import type { TicketView } from '../ticket-detail.js';
import { AnswerPanels } from './answer-panels.js';
import { Attachments, keptName } from '../attachments.js';
import { CHANGED_MEANWHILE } from '../ticket-properties.js';

type Files = Partial<Record<string, KeptFile[]>>;
type Sheet = Pick<TicketView, 'typeId' | 'fields' | 'companyId' | 'company' | 'category' | 'categoryId' | 'priority'>;

/** The answers of a ticket that exists, for the team to change. Nothing is required: the ticket is there already. */
@Injectable()
export class AnswerSheet {
  constructor(
    private readonly requests: Requests,
    private readonly attachments: Attachments,
    private readonly panels: AnswerPanels,
  ) {}

  async view(visit: Visit, ticket: Sheet, failed: FormState<unknown> | null, came: Files = {}) {
    const fields = await this.requests.fields();
    const type = await this.typeOf(ticket);
    const form = failed ?? visit.form(this.typed(ticket, fields, visit));
    if (failed) refresh(failed, ticket, fields, visit);
    const kept = { ...(await this.kept(ticket, fields)), ...came };
    const choices = { companies: companiesOf(ticket), orders: [], kept, team: true, held: ticket.fields };
    const questions = questionViews(visit, type, fields, form, choices);
    const names = await this.panels.names(idsIn(ticket.fields, fields));
    const types = await this.requests.types();
    const answers = answersOf(ticket, fields, types, { locale: visit.locale, region: visit.region, team: true, names });
    return {
      form,
      questions,
      earlier: answers.filter((answer) => answer.earlier),
      labels: labelsOf(questions, visit),
      conditional: questions.some(({ when }) => when !== null),
      files: this.attachments.limits,
      seen: questionsOf(type, fields, true).map(({ field: { id } }) => ({
        name: seenName(id),
        value: form.values[seenName(id)] ?? printOf(ticket.fields[id]),
      })),
    };
  }

  /**
   * What the form makes of the answers: those asked for, with null where nothing is said any longer, as far as they are not as the
   * form was opened with. What is, was not meant to change: a colleague may have changed it meanwhile.
   */
  async receive(visit: Visit, actor: PortalActor, ticket: Sheet, typed: FormState<unknown>) {
    const fields = await this.requests.fields();
    const type = await this.typeOf(ticket);
    const answers = { ...(typed.values as Typed), category: ticket.categoryId ?? '', priority: ticket.priority };
    const asked = askedFields(type, fields, answers, true);
    const kept: Files = {};
    for (const { field } of asked.filter((one) => one.field.kind === 'file'))
      kept[controlOf(field.id)] = await this.files(actor, ticket, field, typed, visit.uploads);
    const files: FormChoices['files'] = Object.fromEntries(
      Object.entries(kept).map(([name, list]) => [name, list!.map(({ id }) => id)]),
    );
    const companyIds = companiesOf(ticket).map(({ value }) => value);
    const held = ticket.fields;
    const choices: FormChoices = { region: visit.region, team: true, categoryIds: [], companyIds, held, files };
    const shape = asked.map(({ field }) => [controlOf(field.id), answerOf(field, false, choices)] as const);
    const form = visit.posted<Record<string, FieldValue>>(z.object(Object.fromEntries(shape)));
    Object.assign(form.errors, typed.errors);
    const given = new Map(
      form.failed ? [] : asked.map(({ field }) => [field.id, form.value[controlOf(field.id)] ?? null]),
    );
    const seen = seenIn(typed);
    const all = questionsOf(type, fields, true).map(({ field }): [string, FieldValue] => [
      field.id,
      emptied(given.get(field.id) ?? null),
    ]);
    const next = all.filter(([id, value]) => !seen || (seen[id] !== undefined && seen[id] !== printOf(value)));
    // What no question asks for any longer stays until it is ticked away.
    const questions = new Set(all.map(([id]) => id));
    for (const id of [typed.values['forget'] ?? []].flat())
      if (!questions.has(id) && fields.some((field) => field.id === id)) next.push([id, null]);
    const changed = next.filter(([id, value]) => !same(value, ticket.fields[id] ?? null)).map(([id]) => id);
    const labels = fields
      .filter(({ id }) => changed.includes(id))
      .map((field) => localized(field, 'label', visit.locale));
    return {
      form,
      kept,
      fields: Object.fromEntries(next) as Record<string, FieldValue>,
      changed: labels,
      seen: seen ?? {},
    };
  }

  /** Files the ticket has may stay, others must be the actor's own. */
  private async files(
    actor: PortalActor,
    ticket: Sheet,
    field: RequestField,
    typed: FormState<unknown>,
    uploads: readonly Upload[],
  ): Promise<KeptFile[]> {
    const control = controlOf(field.id);
    const had = [ticket.fields[field.id] ?? []].flat().map(String);
    const stays = await this.named([typed.values[keptName(control)] ?? []].flat().filter((id) => had.includes(id)));
    const max = ANSWER_MAX.file - stays.length;
    const came = await this.attachments.take(actor, typed, uploads, { field: control, max });
    const known = new Set(stays.map(({ id }) => id));
    return [...stays, ...came.filter(({ id }) => !known.has(id))];
  }

  private async named(ids: string[]): Promise<KeptFile[]> {
    const names = await this.panels.names(ids);
    return ids.map((id) => ({ id, name: names.get(id) ?? '–', size: 0 }));
  }

  private async kept(ticket: Sheet, fields: readonly RequestField[]): Promise<Files> {
    const files = fields.filter(({ kind }) => kind === 'file');
    const known = new Map((await this.named(idsIn(ticket.fields, files))).map((file) => [file.id, file]));
    const list = (id: string) => [ticket.fields[id] ?? []].flat().flatMap((file) => known.get(String(file)) ?? []);
    return Object.fromEntries(files.map(({ id }) => [controlOf(id), list(id)]));
  }

  private typed(ticket: Sheet, fields: readonly RequestField[], { region }: Visit): Record<string, string | string[]> {
    const typed = typedAnswers(ticket.fields, fields, region);
    return { ...typed, category: ticket.categoryId ?? '', priority: ticket.priority } as Record<
      string,
      string | string[]
    >;
  }

  private async typeOf({ typeId }: Sheet) {
    return (await this.requests.types()).find(({ id }) => id === typeId) ?? { questions: [] };
  }
}

const companiesOf = ({ companyId, company }: Sheet) => (companyId ? [{ value: companyId, label: company ?? '' }] : []);
const seenName = (fieldId: string): string => `was_${fieldId}`;
/** What the form had shown of each answer; null where it does not say. */
function seenIn({ values }: FormState<unknown>): Record<string, string> | null {
  const seen = Object.entries(values).flatMap(([name, value]): [string, string][] =>
    name.startsWith('was_') && typeof value === 'string' ? [[name.slice(4), value]] : [],
  );
  return seen.length > 0 ? Object.fromEntries(seen) : null;
}

/** After a colleague's change was told of: what both changed stays as typed and may be insisted on, what was not touched is as it is now. */
function refresh(form: FormState<unknown>, ticket: Sheet, fields: readonly RequestField[], visit: Visit): void {
  const told = (id: string) => form.errors[controlOf(id)] === visit.t(CHANGED_MEANWHILE);
  if (!fields.some(({ id }) => told(id))) return;
  const now = typedAnswers(ticket.fields, fields, visit.region);
  for (const { id, kind } of fields) {
    const was = form.values[seenName(id)];
    const current = printOf(ticket.fields[id]);
    const control = kind === 'file' ? keptName(controlOf(id)) : controlOf(id);
    const untouched = was !== undefined && was !== current && !told(id);
    if (untouched) form.values[control] = now[control] ?? '';
    if (untouched || told(id)) form.values[seenName(id)] = current;
  }
}

const emptied = (value: FieldValue): FieldValue => (Array.isArray(value) && value.length === 0 ? null : value);
const same = (a: FieldValue, b: FieldValue): boolean => printOf(a) === printOf(b);
