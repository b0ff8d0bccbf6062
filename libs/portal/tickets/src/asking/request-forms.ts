import { Injectable } from '@nestjs/common';
import type { PortalActor } from '@foyer/identity';
import type { FormState, Visit } from '@foyer/web';
import { z } from 'zod';
import {
  ANSWER_MAX,
  controlOf,
  type KeptFile,
  labelsOf,
  priorityOptions,
  questionsOf,
  questionViews,
  requestForm,
  type RequestFormValue,
  Requests,
  type RequestType,
  type Typed,
  typeName,
  typeSentence,
} from '@foyer/requests';
import { orderChoices } from '@foyer/places';
import { localized } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import type { TicketDraft } from '../tickets.js';
import { Attachments, keptName, MAX_FILES } from '../attachments.js';

type Option = { value: string; label: string };
/** One form at work: who fills it in, of which type, and what can be chosen. */
export interface OpenForm {
  visit: Visit;
  actor: PortalActor;
  team: boolean;
  type: RequestType;
  categories: Option[];
  companies: Option[];
}
export type Kept = Partial<Record<string, KeptFile[]>>;
export interface Received {
  form: FormState<RequestFormValue>;
  kept: Kept;
}

/** Takes what was filled in, and shows the form again as it was. The same for customers and for the team. */
@Injectable()
export class RequestForms {
  constructor(
    private readonly requests: Requests,
    private readonly attachments: Attachments,
    private readonly slots: Slots,
  ) {}

  /** Stores the files that came, then judges the form: nothing that was sent is lost with a mistake. */
  async receive({ visit, actor, team, type, categories, companies }: OpenForm): Promise<Received> {
    const fields = await this.requests.fields();
    const loose = visit.posted(z.looseObject({}));
    const kept: Kept = {};
    for (const { field, max } of await this.fileFields(type, team))
      kept[field] = await this.attachments.take(actor, loose, visit.uploads, { field, max });
    const files = Object.fromEntries(Object.entries(kept).map(([name, list]) => [name, list!.map(({ id }) => id)]));
    const schema = requestForm(type, fields, loose.values as Typed, {
      region: visit.region,
      team,
      categoryIds: categories.map(({ value }) => value),
      companyIds: companies.map(({ value }) => value),
      files,
    });
    const form = visit.posted(schema);
    Object.assign(form.errors, loose.errors);
    return { form, kept };
  }

  /** The files a draft speaks of, as far as they are still the actor's and unsent. */
  async keptOf({ actor, type, team }: OpenForm, values: Typed): Promise<Kept> {
    const kept: Kept = {};
    for (const { field } of await this.fileFields(type, team))
      if (values[keptName(field)]) kept[field] = await this.attachments.keptBefore(actor, values[keptName(field)]);
    return kept;
  }

  async view(open: OpenForm, form: FormState<unknown>, kept: Kept) {
    const { visit, actor, type, team, categories, companies } = open;
    const fields = await this.requests.fields();
    const asksOrder = fields.some(({ kind }) => kind === 'order');
    const orders = asksOrder ? ((await this.slots.of(orderChoices)[0]?.(actor)) ?? []) : [];
    const questions = questionViews(visit, type, fields, form, { companies, orders, kept, team });
    const introduction = localized(type, 'introduction', visit.locale) || null;
    return {
      form,
      // Not `type`: that is what fields and buttons call their own.
      requestType: {
        id: type.id,
        name: typeName(type, visit.locale),
        sentence: typeSentence(type, visit.locale),
        introduction,
      },
      needs: type.needs,
      questions,
      conditional: questions.some(({ when }) => when !== null),
      labels: labelsOf(questions, visit),
      categories,
      priorities: priorityOptions(visit),
      companies,
      attachments: kept['attachments'] ?? [],
      files: this.attachments.limits,
    };
  }

  /** What an untouched form holds. */
  defaults({ actor, type, team, companies }: OpenForm): Record<string, string> {
    const { needs, defaults } = type;
    const company = team ? companies[0]?.value : actor.companyId;
    return {
      ...(needs.priority === 'required' ? {} : { priority: defaults.priority }),
      ...(defaults.categoryId ? { category: defaults.categoryId } : {}),
      ...(company && needs.company !== 'hidden' ? { company } : {}),
    };
  }

  private async fileFields(type: RequestType, team: boolean): Promise<{ field: string; max: number }[]> {
    const own = questionsOf(type, await this.requests.fields(), team)
      .filter(({ field }) => field.kind === 'file')
      .map(({ field }) => ({ field: controlOf(field.id), max: ANSWER_MAX.file }));
    return type.needs.attachments === 'hidden' ? own : [{ field: 'attachments', max: MAX_FILES }, ...own];
  }
}

/** What a form that is in order makes of a type: the ticket to open. */
export const ticketOf = ({ id, defaults }: RequestType, value: RequestFormValue, kept: Kept): TicketDraft => ({
  subject: value.subject,
  description: value.description,
  priority: value.priority,
  categoryId: value.category,
  companyId: value.company,
  fileIds: (kept['attachments'] ?? []).map((file) => file.id),
  typeId: id,
  groupId: defaults.groupId,
  tags: defaults.tags,
  fields: value.answers,
});
