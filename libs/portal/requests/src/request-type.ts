import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { translate } from '@foyer/i18n';
import { companyReference, companyRoleReference } from '@foyer/identity';
import {
  choice,
  declareResource,
  flag,
  group,
  languagesNow,
  type Localized,
  localized,
  optionalReference,
  part,
  reference,
  references,
  type ResourceItem,
  settingNow,
  switched,
  translatedText,
  words,
} from '@foyer/settings';
import { categoryReference } from './categories.js';
import { ticketGroups } from './groups.js';
import { answersTo, requestFields } from './request-field.js';
import { PRIORITIES, priorityReference } from './priorities.js';
import { MAX_TAG, tagOf } from './tags.js';

export const NEEDS = ['hidden', 'optional', 'required'] as const;
export type Need = (typeof NEEDS)[number];
/** The parts of every ticket that a type may ask for or leave out; subject and description are always asked. */
export const BUILT_IN = ['category', 'priority', 'attachments', 'company'] as const;
export type BuiltIn = (typeof BUILT_IN)[number];
export const MAX_QUESTIONS = 50;
export const MAX_TESTS = 5;

/** "… is …": of a field of one's own by its id, or of `category` and `priority`. */
export const fieldTest = z.object({ field: z.string().max(36), value: z.string().max(36) });
export const fieldCondition = z.object({
  match: z.enum(['all', 'any']).default('all'),
  tests: z.array(fieldTest).min(1).max(MAX_TESTS),
});
export type FieldCondition = z.output<typeof fieldCondition>;

export const question = z.object({
  fieldId: z.uuid(),
  required: z.boolean().default(false),
  /** Null: always asked. Speaks of what stands above it only, so that conditions never run in a circle. */
  when: fieldCondition.nullable().default(null),
});
export type Question = z.output<typeof question>;

/** Pictures to choose from. */
export const TYPE_ICONS = [
  'ticket',
  'help',
  'warning',
  'server',
  'monitor',
  'phone',
  'key',
  'lock',
  'user',
  'users',
  'bag',
  'refresh',
  'calendar',
  'file',
  'bank',
  'company',
  'book',
  'cap',
  'cloud',
  'shield',
  'settings',
  'mail',
  'pulse',
  'clock',
  'sparkle',
  'tag',
] as const;

type Named = Localized & { name: string };
export const typeName = (type: Named, locale: string): string =>
  localized(type, 'name', locale) || translate(locale, 'requests.form.first.name');
export const typeSentence = (type: Named & { sentence: string }, locale: string): string =>
  localized(type, 'sentence', locale) || (type.name ? '' : translate(locale, 'requests.form.first.sentence'));

const need = (what: BuiltIn) =>
  choice(NEEDS, 'requests.setup.need', { byDefault: 'optional', label: `requests.setup.part.${what}` });

/** What customers can ask for: each kind of request with its own form. */
export const requestTypes = declareResource('request-types', {
  one: 'request type',
  words: 'requests.setup.types',
  page: { path: 'request-types', group: 'tickets', icon: 'ticket', order: 10, feature: 'tickets' },
  /** Without a field a form goes on, and one that is put away is only asked no more; what depends on its answer never would be. */
  goesBy: ({ defaults, audience, questions }, id) =>
    JSON.stringify([defaults, audience, questions.map(({ when }) => when)]).includes(id),
  lastStays: 'requests.setup.types.last',
  fields: {
    /** Empty only for the type every portal begins with: it is called by its message. */
    name: translatedText(80, { optional: true, asked: true, hint: true }),
    sentence: translatedText(200, { optional: true, hint: true }),
    introduction: translatedText(1_000, { optional: true, hint: true, lines: 3 }),
    /** Of its address, `/tickets/new/<slug>`. */
    slug: part(z.string().max(80).default(''), { derived: true }),
    icon: choice(TYPE_ICONS, 'requests.setup.icon', { byDefault: 'ticket' }),
    enabled: flag(true, { hint: true }),
    needs: group({
      category: need('category'),
      priority: need('priority'),
      attachments: need('attachments'),
      company: need('company'),
    }),
    questions: part(z.array(question).max(MAX_QUESTIONS).default([]), {
      label: 'own',
      mentions: (questions) => [
        { to: requestFields.about.reference, ids: questions.map(({ fieldId }) => fieldId) },
        { to: categoryReference, ids: testsOf(questions, 'category').map(({ value }) => value) },
      ],
    }),
    audience: group({
      who: choice(['everybody', 'companies', 'role'], 'requests.setup.audience', { byDefault: 'everybody' }),
      companyIds: references(companyReference, 500, { label: 'companies' }),
      role: reference(companyRoleReference, { key: true, byDefault: 'company_admin' }),
    }),
    defaults: group({
      groupId: optionalReference(ticketGroups.about.reference),
      categoryId: optionalReference(categoryReference, { label: 'requests.setup.part.category' }),
      priority: choice(PRIORITIES, priorityReference, { byDefault: 'normal', label: 'requests.setup.part.priority' }),
      tags: words({ most: 20, max: MAX_TAG, each: tagOf }, { hint: true }),
    }),
    /** Whether the customer's own company must agree before the team begins. */
    approval: switched('company-admins', 'none', { label: 'on-submission', hint: true }),
  },
  first: [{ id: '00000000-0000-4000-8000-000000000001', slug: 'general' }],
  title: typeName,
  row: (type, { locale, t }) => ({
    text: typeSentence(type, locale) || t('requests.setup.types.questions', { count: type.questions.length }),
    badge:
      type.audience.who === 'everybody'
        ? null
        : { label: t(`requests.setup.audience.${type.audience.who}`), tone: 'info' },
  }),
  derive: (type, before, others) => ({
    ...type,
    slug: freeSlug(type, before, others),
    audience: { ...type.audience, companyIds: type.audience.who === 'companies' ? type.audience.companyIds : [] },
  }),
  check(type, before, others) {
    if (type.name === '' && before?.name !== '') throw new InvalidField('name', 'web.form.required');
    const { main } = languagesNow();
    if (others.some((other) => other.name === type.name || typeName(other, main) === typeName(type, main)))
      throw new InvalidField('name', 'requests.setup.types.taken');
    if (type.audience.who === 'companies' && type.audience.companyIds.length === 0)
      throw new InvalidField('audience-companyIds', 'requests.setup.types.no-companies');
    mustBeInOrder(type.questions);
    if (!isDeepStrictEqual(type.questions, before?.questions)) mustHaveAnswers(type.questions);
  },
});
export type RequestType = ResourceItem<typeof requestTypes>;

/** What a portal offers before anybody has set anything up. */
export const FIRST_TYPE: RequestType = requestTypes.about.first[0]!;

/** Each field is asked once, and depends only on answers that are given above it. */
function mustBeInOrder(questions: readonly Question[]): void {
  const above = new Set(['category', 'priority']);
  for (const { fieldId, when } of questions) {
    const unasked = when?.tests.some(({ field }) => !above.has(field)) ?? false;
    if (above.has(fieldId) || unasked) throw new InvalidField('questions', 'requests.setup.types.not-above');
    above.add(fieldId);
  }
}

/** What a question depends on is an answer that can be given. */
function mustHaveAnswers(questions: readonly Question[]): void {
  const answers = new Map(settingNow(requestFields.section).items.map((field) => [field.id, answersTo(field)]));
  for (const { field, value } of testsOf(questions)) {
    if (field === 'category') continue;
    const known: readonly string[] = field === 'priority' ? PRIORITIES : (answers.get(field) ?? []);
    if (!known.includes(value)) throw new InvalidField('questions', 'web.form.choice');
  }
}

const testsOf = (questions: readonly Question[], of?: string) =>
  questions.flatMap(({ when }) => when?.tests ?? []).filter(({ field }) => of === undefined || field === of);

type Addressed = { name: string; slug: string };
/** Stays as it was while the name does, so that links to it hold. */
function freeSlug({ name }: Addressed, before: Addressed | null, others: readonly Addressed[]): string {
  if (before?.slug && before.name === name) return before.slug;
  const wanted = slugOf(name) || 'request';
  const taken = new Set(others.map(({ slug }) => slug));
  for (let n = 1; ; n += 1) {
    const slug = n === 1 ? wanted : `${wanted}-${n}`;
    if (!taken.has(slug)) return slug;
  }
}

/** `Neue Mitarbeiterin` → `neue-mitarbeiterin`; letters of every script stay. */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
