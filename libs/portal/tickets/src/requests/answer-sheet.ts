import { Injectable } from '@nestjs/common';
import type { PortalActor } from '@foyer/identity';
import { FormState, type FoyerRequest, type Visit } from '@foyer/web';
import { z } from 'zod';
import { Attachments, keptName, type KeptFile } from '../attachments.js';
import type { FieldValue } from '../ticket.entity.js';
import type { TicketView } from '../ticket-page.js';
import { AnswerPanels } from './answer-panels.js';
import { answersOf, idsIn, typedAnswers } from './answers.js';
import { localized } from './localized.js';
import { ANSWER_MAX, type RequestField } from './request-field.js';
import { answerOf, askedFields, controlOf, type FormChoices, questionsOf, type Typed } from './request-form.js';
import { labelsOf, questionViews } from './request-view.js';
import { Requests } from './requests.js';

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
    };
  }

  /** What the form makes of the answers: those asked for, with null where nothing is said any longer. */
  async receive(visit: Visit, actor: PortalActor, ticket: Sheet, req: FoyerRequest, typed: FormState<unknown>) {
    const fields = await this.requests.fields();
    const type = await this.typeOf(ticket);
    const answers = { ...(typed.values as Typed), category: ticket.categoryId ?? '', priority: ticket.priority };
    const asked = askedFields(type, fields, answers, true);
    const kept: Files = {};
    for (const { field } of asked.filter((one) => one.field.kind === 'file'))
      kept[controlOf(field.id)] = await this.files(actor, ticket, field, typed, req);
    const files: FormChoices['files'] = Object.fromEntries(
      Object.entries(kept).map(([name, list]) => [name, list!.map(({ id }) => id)]),
    );
    const companyIds = companiesOf(ticket).map(({ value }) => value);
    const held = ticket.fields;
    const choices: FormChoices = { region: visit.region, team: true, categoryIds: [], companyIds, held, files };
    const shape = asked.map(({ field }) => [controlOf(field.id), answerOf(field, false, choices)] as const);
    const form = FormState.parse<Record<string, FieldValue>>(req, z.object(Object.fromEntries(shape)));
    Object.assign(form.errors, typed.errors);
    const given = new Map(
      form.failed ? [] : asked.map(({ field }) => [field.id, form.value[controlOf(field.id)] ?? null]),
    );
    const next = questionsOf(type, fields, true).map(({ field }): [string, FieldValue] => [
      field.id,
      emptied(given.get(field.id) ?? null),
    ]);
    // What no question asks for any longer stays until it is ticked away.
    const questions = new Set(next.map(([id]) => id));
    for (const id of [typed.values['forget'] ?? []].flat())
      if (!questions.has(id) && fields.some((field) => field.id === id)) next.push([id, null]);
    const changed = next.filter(([id, value]) => !same(value, ticket.fields[id] ?? null)).map(([id]) => id);
    const labels = fields
      .filter(({ id }) => changed.includes(id))
      .map((field) => localized(field, 'label', visit.locale));
    return { form, kept, fields: Object.fromEntries(next) as Record<string, FieldValue>, changed: labels };
  }

  /** Files the ticket has may stay, others must be the actor's own. */
  private async files(
    actor: PortalActor,
    ticket: Sheet,
    field: RequestField,
    typed: FormState<unknown>,
    req: FoyerRequest,
  ): Promise<KeptFile[]> {
    const control = controlOf(field.id);
    const had = [ticket.fields[field.id] ?? []].flat().map(String);
    const stays = await this.named([typed.values[keptName(control)] ?? []].flat().filter((id) => had.includes(id)));
    const max = ANSWER_MAX.file - stays.length;
    const came = await this.attachments.take(actor, typed, req.uploads ?? [], { field: control, max });
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
const emptied = (value: FieldValue): FieldValue => (Array.isArray(value) && value.length === 0 ? null : value);
const same = (a: FieldValue, b: FieldValue): boolean => JSON.stringify(a) === JSON.stringify(b);
