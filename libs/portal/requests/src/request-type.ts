import { z } from 'zod';
import { declareCollection, translations } from '@foyer/settings';
import { PRIORITIES } from './priorities.js';

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

const audience = z.object({
  who: z.enum(['everybody', 'companies', 'role']).default('everybody'),
  companyIds: z.array(z.uuid()).max(500).default([]),
  role: z.string().max(40).default('company_admin'),
});

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

export const requestType = z.object({
  id: z.uuid(),
  /** Empty only for the type every portal begins with: it is called by its message. */
  name: z.string().max(80).default(''),
  sentence: z.string().max(200).default(''),
  introduction: z.string().max(1_000).default(''),
  /** Of its address, `/tickets/new/<slug>`. */
  slug: z.string().max(80).default(''),
  icon: z.enum(TYPE_ICONS).default('ticket'),
  enabled: z.boolean().default(true),
  needs: z.object({
    category: z.enum(NEEDS).default('optional'),
    priority: z.enum(NEEDS).default('optional'),
    attachments: z.enum(NEEDS).default('optional'),
    company: z.enum(NEEDS).default('optional'),
  }),
  questions: z.array(question).max(MAX_QUESTIONS).default([]),
  audience: audience.default({ who: 'everybody', companyIds: [], role: 'company_admin' }),
  defaults: z
    .object({
      groupId: z.uuid().nullable().default(null),
      categoryId: z.uuid().nullable().default(null),
      priority: z.enum(PRIORITIES).default('normal'),
      tags: z.array(z.string().max(50)).max(20).default([]),
    })
    .default({ groupId: null, categoryId: null, priority: 'normal', tags: [] }),
  /** Whether the customer's own company must agree before the team begins. */
  approval: z.enum(['none', 'company-admins']).default('none'),
  translations: translations({
    name: z.string().max(80),
    sentence: z.string().max(200),
    introduction: z.string().max(1_000),
  }),
});
export type RequestType = z.output<typeof requestType>;

/** What a portal offers before anybody has set anything up. */
export const FIRST_TYPE: RequestType = requestType.parse({
  id: '00000000-0000-4000-8000-000000000001',
  slug: 'general',
  needs: {},
});

export const requestTypes = declareCollection<RequestType>('request-types', requestType, [FIRST_TYPE]);

/** `Neue Mitarbeiterin` → `neue-mitarbeiterin`; letters of every script stay. */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
