import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database } from '@foyer/database';
import { Collections, type PackTexts, plainInPack } from '@foyer/settings';
import { type TicketGroup, ticketGroups } from './groups.js';
import { FIRST_TYPE, NEEDS, type RequestType, requestTypes, slugOf } from './request-type.js';
import { PRIORITIES } from './priorities.js';
import { FIELD_KINDS, type FieldValue, type RequestField, requestFields } from './request-field.js';
import { TicketCategory } from './ticket-category.entity.js';

const key = z.string().regex(/^[a-z][a-z0-9-]*$/);
const need = z.enum(NEEDS);
const field = z.strictObject({
  ...plainInPack(requestFields),
  key,
  label: z.string().min(1),
  kind: z.enum(FIELD_KINDS),
  options: z.array(z.string().min(1)).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
});
const type = z.strictObject({
  ...plainInPack(requestTypes),
  key,
  name: z.string().min(1),
  category: z.string().optional(),
  priority: z.enum(PRIORITIES).optional(),
  group: z.string().optional(),
  tags: z.array(z.string()).optional(),
  needs: z.strictObject({ category: need, priority: need, attachments: need, company: need }).partial().default({}),
  questions: z
    .array(
      z.strictObject({
        field: key,
        required: z.boolean().default(false),
        /** Words of the answers it depends on; `yes` and `no` for a checkbox. */
        when: z.record(key, z.string()).optional(),
        match: z.enum(['all', 'any']).default('all'),
      }),
    )
    .default([]),
});
export const declaredRequests = {
  groups: z.array(z.string().min(1)).default([]),
  fields: z.array(field).default([]),
  types: z.array(type).default([]),
};
export const declaredAnswers = z.record(key, z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));
type DeclaredField = z.output<typeof field>;
type DeclaredType = z.output<typeof type>;

/** Request types, fields and groups of a tenant pack. What is there already, and perhaps changed by the team, stays. */
@Injectable()
export class RequestsPack {
  constructor(
    private readonly collections: Collections,
    private readonly database: Database,
  ) {}

  /** Call inside the write that applies the pack, after its categories. */
  async apply(
    declared: { groups: string[]; fields: DeclaredField[]; types: DeclaredType[] },
    texts: PackTexts,
  ): Promise<void> {
    const { groups, fields, types } = declared;
    await this.add(
      ticketGroups,
      groups.map((name): TicketGroup => ({ id: packId('group', name), name: texts.own(name), memberIds: [] })),
    );
    await this.add(
      requestFields,
      fields.map((one) => fieldOf(one, texts)),
    );
    if (types.length === 0) return;
    const known = await this.collections.stored(requestFields);
    const made = await Promise.all(types.map((one) => this.typeOf(one, known, texts)));
    const before = await this.collections.stored(requestTypes);
    const untouched = before.length === 1 && JSON.stringify(before[0]) === JSON.stringify(FIRST_TYPE);
    const kept = untouched ? [] : before;
    const fresh = made.filter(({ id, name }) => !kept.some((one) => one.id === id || one.name === name));
    if (fresh.length > 0) await this.collections.apply(requestTypes, [...kept, ...fresh]);
  }

  private async add(list: typeof ticketGroups, items: TicketGroup[]): Promise<void>;
  private async add(list: typeof requestFields, items: RequestField[]): Promise<void>;
  private async add(list: never, items: readonly { id: string }[]): Promise<void> {
    const before: readonly { id: string }[] = await this.collections.stored(list);
    const fresh = items.filter(({ id }) => !before.some((one) => one.id === id));
    if (fresh.length > 0) await this.collections.apply(list, [...before, ...fresh] as never);
  }

  private async typeOf(given: DeclaredType, fields: RequestField[], texts: PackTexts): Promise<RequestType> {
    const { key: named, questions, category, priority, group, tags, ...rest } = given;
    const said = texts.write(rest, textsOf(requestTypes));
    const found = category
      ? await this.database.write((em) => em.findOneOrFail(TicketCategory, { name: texts.own(category) }))
      : null;
    return requestTypes.about.schema.parse({
      ...said,
      ...{ id: packId('type', named), slug: slugOf(said.name) },
      questions: questions.map(({ field: asked, required, when, match }) => ({
        fieldId: packId('field', asked),
        required,
        when: when && {
          match,
          tests: Object.entries(when).map(([of, words]) => ({
            field: packId('field', of),
            value: valueOf(of, words, fields),
          })),
        },
      })),
      defaults: {
        categoryId: found?.id ?? null,
        priority,
        groupId: group ? packId('group', group) : null,
        tags: tags?.map((tag) => texts.own(tag)),
      },
    });
  }
}

const textsOf = ({ about }: Pick<typeof requestTypes, 'about'> | Pick<typeof requestFields, 'about'>): string[] =>
  about.texts.map(({ name }) => name);

function fieldOf({ key: name, options = [], ...rest }: DeclaredField, texts: PackTexts): RequestField {
  return requestFields.about.schema.parse({
    ...texts.write(rest, textsOf(requestFields)),
    id: packId('field', name),
    options: options.map((label) => ({
      id: packId('option', `${name}/${label}`),
      ...texts.write({ label }, ['label']),
    })),
  });
}

const valueOf = (name: string, words: string, fields: RequestField[]): string =>
  fields.find(({ id }) => id === packId('field', name))?.kind === 'checkbox'
    ? words
    : packId('option', `${name}/${words}`);

/** Answers of a demo ticket, by the keys of the pack. */
export function packAnswers(
  given: z.output<typeof declaredAnswers>,
  fields: RequestField[],
): Record<string, FieldValue> {
  const answers = Object.entries(given).map(([name, value]) => {
    const kind = fields.find(({ id }) => id === packId('field', name))?.kind;
    const chosen = kind === 'choice' || kind === 'multi-choice';
    const ids = [value].flat().map((words) => packId('option', `${name}/${String(words)}`));
    return [packId('field', name), chosen ? (kind === 'choice' ? ids[0]! : ids) : value] as const;
  });
  return Object.fromEntries(answers);
}

/** The same id for the same thing of a pack, in every tenant and at every application. */
export function packId(what: 'field' | 'option' | 'type' | 'group', name: string): string {
  const hex = createHash('sha256').update(`${what} ${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
