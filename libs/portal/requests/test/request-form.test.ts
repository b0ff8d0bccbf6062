import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { REGIONS } from '@foyer/i18n';
import { parseNumber } from '../src/local-number.js';
import { FIELD_KINDS, type RequestField, requestFields } from '../src/request-field.js';
import { askedFields, controlOf, questionsOf, requestForm, type Typed } from '../src/request-form.js';
import { type RequestType, requestTypes } from '../src/request-type.js';
import { typedAnswers } from '../src/answers.js';
import { questionsFrom } from '../src/setup/question-rows.js';

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const OPTIONS = [1, 2, 3].map((n) => ({ id: uuid(900 + n), label: `Option ${n}`, translations: {} }));
const COMPANY = uuid(800);

const fieldsOf = (kinds: RequestField['kind'][]) =>
  kinds.map((kind, index) =>
    requestFields.about.schema.parse({
      id: uuid(index + 1),
      label: `Field ${index}`,
      kind,
      options: kind.includes('choice') ? OPTIONS : [],
      visibility: index % 4 === 3 ? 'team' : 'customer',
    }),
  );

/** A type that asks fields in order, each on any answers to those before it. */
const setups = fc.array(fc.constantFrom(...FIELD_KINDS), { minLength: 1, maxLength: 8 }).chain((kinds) => {
  const fields = fieldsOf(kinds);
  const questions = fields.map((field, index) => {
    const named = fields.slice(0, index).filter(({ kind }) => ['choice', 'multi-choice', 'checkbox'].includes(kind));
    const tests =
      named.length === 0
        ? fc.constant([])
        : fc.array(
            fc.constantFrom(...named).chain(({ id, kind }) =>
              fc.record({
                field: fc.constant(id),
                value:
                  kind === 'checkbox'
                    ? fc.constantFrom('yes', 'no')
                    : fc.constantFrom(...OPTIONS.map((option) => option.id)),
              }),
            ),
            { maxLength: 3 },
          );
    return fc
      .record({ required: fc.boolean(), match: fc.constantFrom('all' as const, 'any' as const), tests })
      .map((one) => ({
        fieldId: field.id,
        required: one.required,
        when: one.tests.length > 0 ? { match: one.match, tests: one.tests } : null,
      }));
  });
  return fc.tuple(...questions).map((list): { fields: RequestField[]; type: RequestType } => ({
    fields,
    type: requestTypes.about.schema.parse({
      id: uuid(500),
      needs: { category: 'hidden', priority: 'hidden' },
      questions: list,
    }),
  }));
});

/** Something right for each kind, or nothing. */
const rightAnswers = (fields: RequestField[]): fc.Arbitrary<Typed> => {
  const one = (kind: RequestField['kind']): fc.Arbitrary<string | string[] | undefined> => {
    if (kind === 'choice') return fc.constantFrom('', ...OPTIONS.map(({ id }) => id));
    if (kind === 'multi-choice') return fc.subarray(OPTIONS.map(({ id }) => id));
    if (kind === 'checkbox') return fc.constantFrom(undefined, 'yes');
    if (kind === 'number') return fc.integer({ min: -1_000_000, max: 1_000_000 }).map(String);
    if (kind === 'date') return fc.constantFrom('', '2026-02-28', '1999-12-31');
    if (kind === 'company') return fc.constantFrom('', COMPANY);
    return kind === 'file' ? fc.constant(undefined) : fc.stringMatching(/^[a-z😀 ]{0,20}$/u);
  };
  return fc.record(Object.fromEntries(fields.map(({ id, kind }) => [controlOf(id), one(kind)])));
};
const filledIn = setups.chain((setup) => rightAnswers(setup.fields).map((typed) => ({ ...setup, typed })));

const places = Object.values(REGIONS).flat();
const choices = { region: 'en', team: false, categoryIds: [], companyIds: [COMPANY], files: {} };
const judge = (type: RequestType, fields: RequestField[], typed: Typed, more = {}) =>
  requestForm(type, fields, typed, { ...choices, ...more }).safeParse({ subject: 'S', description: 'D', ...typed });

describe('the form of a type', () => {
  test('what is not asked is neither required nor kept, and no complaint is about it', () => {
    fc.assert(
      fc.property(filledIn, ({ type, fields, typed }) => {
        const asked = new Set(askedFields(type, fields, typed).map(({ field }) => field.id));
        const result = judge(type, fields, typed);
        if (result.success) for (const id of Object.keys(result.data.answers)) expect(asked).toContain(id);
        else for (const { path } of result.error.issues) expect(asked).toContain(String(path[0]).slice(2));
      }),
      { numRuns: 200 },
    );
  });

  test('what is answered where it is not asked changes nothing', () => {
    fc.assert(
      fc.property(filledIn, ({ type, fields, typed }) => {
        const asked = new Set(askedFields(type, fields, typed).map(({ field }) => controlOf(field.id)));
        const alone = Object.fromEntries(Object.entries(typed).filter(([name]) => asked.has(name)));
        expect(askedFields(type, fields, alone).map(({ field }) => field.id)).toEqual(
          askedFields(type, fields, typed).map(({ field }) => field.id),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('what was kept, shown in the form again and sent, is what was kept', () => {
    fc.assert(
      fc.property(filledIn, fc.constantFrom(...places), ({ type, fields, typed }, region) => {
        const first = judge(type, fields, typed);
        fc.pre(first.success);
        const again = judge(type, fields, typedAnswers(first.data!.answers, fields, region), { region });
        expect(again.data?.answers).toEqual(first.data!.answers);
      }),
      { numRuns: 200 },
    );
  });

  test('customers are never asked what only the team fills in', () => {
    fc.assert(
      fc.property(filledIn, ({ type, fields }) => {
        for (const { field } of questionsOf(type, fields)) expect(field.visibility).toBe('customer');
      }),
    );
  });
});

test('the page of a type makes no condition that looks forward, whatever is chosen', () => {
  const fields = fieldsOf(['choice', 'checkbox', 'text', 'choice']);
  const value = ({ id, kind }: RequestField) => `${id}=${kind === 'checkbox' ? 'yes' : OPTIONS[0]!.id}`;
  const named = fields.filter(({ kind }) => kind !== 'text').map(value);
  const row = ({ id }: RequestField) =>
    fc.record({
      [`ask-${id}`]: fc.constantFrom('', 'optional', 'required'),
      [`place-${id}`]: fc.constantFrom('', '1', '2', '3', '4'),
      [`when-${id}-1`]: fc.constantFrom('', ...named),
      [`when-${id}-2`]: fc.constantFrom('', ...named),
    });
  fc.assert(
    fc.property(fc.tuple(...fields.map(row)), (rows) => {
      const input = Object.assign({}, ...rows) as Record<string, string>;
      let questions;
      try {
        questions = questionsFrom(input, fields, null);
      } catch (error) {
        expect((error as { code: string }).code).toBe('requests.setup.types.not-above');
        return;
      }
      const order = questions.map(({ fieldId }) => fieldId);
      for (const [at, { when }] of questions.entries())
        for (const { field } of when?.tests ?? []) expect(order.indexOf(field)).toBeLessThan(at);
    }),
    { numRuns: 1_000 },
  );
});

describe('numbers', () => {
  test.each([
    ['en', '1,234.5', 1234.5],
    ['en', '1234.5', 1234.5],
    ['en', '3,5', 3.5],
    ['de', '1.234,5', 1234.5],
    ['de', '3.5', 3.5],
    ['de', '1.234', 1234],
    ['fr', '1 234,5', 1234.5],
    ['fr', '1\u202F234', 1234],
    ['es', '12,75', 12.75],
    ['ar', '١٢٣٤٫٥', 1234.5],
    ['ar', '12', 12],
    ['en', '-7', -7],
    ['en', '−7', -7],
    ['en', '', null],
    ['en', 'three', null],
    ['en', '1e9', null],
    ['en', '0x10', null],
    ['en', '1,2,3', null],
    ['en', '12 pieces', null],
    ['en', '9'.repeat(30), null],
    ['en', 'Infinity', null],
    ['en', '🔥', null],
  ])('%s: %j is %s', (locale, text, value) => {
    expect(parseNumber(text, locale)).toBe(value);
  });

  test('as any place writes them are read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.constantFrom(...places), (value, region) => {
        const written = new Intl.NumberFormat(region, { maximumFractionDigits: 3 }).format(value / 100);
        expect(parseNumber(written, region)).toBeCloseTo(value / 100, 5);
      }),
    );
  });
});

test('a form cannot be talked into reading a prototype', () => {
  const type = requestTypes.about.schema.parse({ id: uuid(500), needs: {} });
  const result = judge(type, [], JSON.parse('{"__proto__": {"category": "x"}, "constructor": "x"}') as Typed);
  expect(z.object({}).safeParse(result.data).success).toBe(true);
  expect(result.data?.answers).toEqual({});
});
