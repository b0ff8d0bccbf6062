import { beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { World } from '@foyer/app-cli/testing';
import { searchableSql, sql, table } from '@foyer/database';
import { requestFields, requestTypes } from '@foyer/requests';
import { Collections } from '@foyer/settings';
import { inTenant } from '@foyer/tenancy';
import { Packs, Tenants } from '@foyer/tenants';
import { declaredRequests } from '../src/requests.pack.js';
import { questionsOf } from '../src/request-form.js';
import type { RequestType } from '../src/request-type.js';

const BLUEPRINTS = ['saas', 'e-commerce', 'managed-it', 'university', 'healthcare', 'finance'];
const BUSINESSES = ['fellside', 'halbach', 'rawafed'];
let world: World;

beforeAll(async () => {
  world = await World.start();
});

/** What a pack and the blueprint below it say of requests; its people and their tickets are another matter. */
const requestsOf = (pack: string) => {
  const content = world.get(Packs).read(pack).sections['tickets'] as { types: unknown[] };
  return { id: pack, folder: null, sections: { tickets: { ...content, tickets: [] } }, types: content.types.length };
};

test.each([...BLUEPRINTS, ...BUSINESSES])('%s: request types whose questions hang together, once', async (pack) => {
  const tenant = await world.tenant(`with-${pack}`);
  const layers = [...(pack === 'fellside' ? ['e-commerce'] : []), pack].map(requestsOf);
  const count = layers.reduce((sum, { types }) => sum + types, 0);
  const apply = () => tenant.inside(() => world.get(Packs).apply(layers));
  await apply();
  await tenant.inside(async () => {
    const collections = world.get(Collections);
    const [made, known] = [await collections.all(requestTypes), await collections.all(requestFields)];
    expect(made).toHaveLength(count);
    expect(made.length).toBeGreaterThanOrEqual(2);
    for (const type of made) {
      expect(questionsOf(type, known, true)).toHaveLength(type.questions.length);
      expect(wrongTests(type, known)).toEqual([]);
    }
    const changed = made.map((type, index) => (index === 0 ? { ...type, name: 'Renamed by the team' } : type));
    await collections.apply(requestTypes, changed);
  });
  await apply();
  await tenant.inside(async () => {
    const after = await world.get(Collections).all(requestTypes);
    expect(after[0]!.name).toBe('Renamed by the team');
    expect(after).toHaveLength(count);
  });
});

test('a pack says whatever the declaration of a type or a field has, within its limits', () => {
  const types = (more: object) =>
    z.object(declaredRequests).safeParse({ types: [{ key: 'one', name: 'One', ...more }] });
  expect(types({ approval: 'company-admins', enabled: false, sentence: 'Short' }).success).toBe(true);
  expect(types({ sentence: 'x'.repeat(201) }).success).toBe(false);
  expect(types({ unheard: 'of' }).success).toBe(false);
});

/** Conditions that could never hold. */
function wrongTests(
  type: RequestType,
  fields: readonly { id: string; kind: string; options: { id: string }[] }[],
): unknown[] {
  return type.questions.flatMap(({ when }, at) =>
    (when?.tests ?? []).filter(({ field, value }) => {
      const above = type.questions.slice(0, at).some(({ fieldId }) => fieldId === field);
      const known = fields.find(({ id }) => id === field);
      const answers = known?.kind === 'checkbox' ? ['yes', 'no'] : (known?.options.map(({ id }) => id) ?? []);
      return !above || !answers.includes(value);
    }),
  );
}

test('a business that begins with a blueprint offers its types at once', async () => {
  const email = 'joan@heron.example';
  const people = { team: [{ name: 'Joan', email, role: 'owner', verified: true }], companies: [], customers: [] };
  const tenant = await world.get(Tenants).provision({
    ...{ slug: 'heron', name: 'Heron', plan: 'team', blueprint: 'managed-it', ownerEmail: email },
    own: { people },
  });
  const names = await inTenant(tenant, async () =>
    (await world.get(Collections).all(requestTypes)).map(({ name }) => name),
  );
  expect(names).toContain('Report a fault');
});

test.each(BUSINESSES)('%s: its tickets are found by every word of subject, replies and notes', async (pack) => {
  const tenant = await world.tenant(`words-of-${pack}`);
  const layers = [...(pack === 'fellside' ? ['e-commerce'] : []), pack].map((id) => {
    const { people, tickets } = world.get(Packs).read(id).sections;
    return { id, folder: null, sections: { ...(people ? { people } : {}), ...(tickets ? { tickets } : {}) } };
  });
  await tenant.inside(() => world.get(Packs).apply(layers));
  const written = await tenant.query<{ text: string; found: boolean }>(
    () => sql`
      select text, words @@ plainto_tsquery('simple', ${searchableSql(sql`text`)}) as found
        from (select t.subject as text, t.words from ${table('ticket')} t
              union all
              select m.body, case m.kind when 'note' then t.note_words else t.words end
                from ${table('ticket_message')} m join ${table('ticket')} t on t.id = m.ticket_id where m.kind <> 'event') w`,
  );
  expect(written.length).toBeGreaterThan(10);
  expect(written.filter(({ found }) => !found)).toEqual([]);
});
