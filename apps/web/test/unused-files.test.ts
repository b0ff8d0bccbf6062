import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { Arrivals } from '@foyer/correspondence';
import { sql, table } from '@foyer/database';
import { Files } from '@foyer/files';
import { requestFields, requestTypes } from '@foyer/requests';
import { Collections } from '@foyer/settings';
import { Maintenance, Packs, PackSections, UnusedFiles } from '@foyer/tenants';

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40"><rect width="80" height="40" fill="#246"/></svg>';
const LOOK = {
  ...{ primary: '#0b6e4f', secondary: '#7a3e9d', background: '#ffffff', text: '#10201a' },
  ...{ font: 'serif', radius: 'large', logoPosition: 'centre', showFooter: '1' },
};
const REQUESTS = {
  fields: [{ key: 'proof', label: 'Photograph', kind: 'file' }],
  types: [{ key: 'repair', name: 'Repair', questions: [{ field: 'proof' }] }],
};
let proof: string;
let repair: string;
const form = (subject: string) => ({ type: repair, subject, description: 'Please.', priority: 'normal' });
let world: World;
let acme: TestTenant;
let ana: Visitor;

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  const section = world
    .get(PackSections)
    .inOrder()
    .find(({ name }) => name === 'tickets')!;
  await acme.inside(async () => {
    const sections = { tickets: section.schema.parse(REQUESTS) };
    await world.get(Packs).apply([{ id: 'test', folder: null, sections }]);
    [proof, repair] = [
      (await world.get(Collections).all(requestFields))[0]!.id,
      (await world.get(Collections).all(requestTypes))[0]!.id,
    ];
  });
  ana = await (await acme.customer('Ana')).browser();
});

const files = async () =>
  (await acme.query<{ name: string }>(() => sql`select name from ${table('file')} order by name`)).map(
    ({ name }) => name,
  );
const age = (days: number) =>
  acme.change(() => sql`update ${table('file')} set created_at = created_at - make_interval(days => ${days})`);
/** How many files went, hour by hour of a day. */
const day = () =>
  acme.inside(async () => {
    const gone: number[] = [];
    for (let hour = 0; hour < 24; hour += 1) gone.push(await world.get(UnusedFiles).sweep(hour));
    return gone;
  });
const sweep = async () => (await day()).reduce((sum, gone) => sum + gone, 0);

/** One file for each way of being needed. */
const USES: Record<string, { name: string; made: () => Promise<unknown> }> = {
  'a reply': {
    name: 'reply.txt',
    made: async () => {
      await ana.upload('/tickets', form('Lift'), []);
      return ana.upload('/tickets/TKT-001/replies', { body: 'Here.' }, [
        { field: 'attachments', name: 'reply.txt', content: 'It hangs.' },
      ]);
    },
  },
  'a note of the team': {
    name: 'note.txt',
    made: async () =>
      (await acme.owner.browser()).upload('/console/tickets/TKT-001/notes', { body: 'For us.' }, [
        { field: 'attachments', name: 'note.txt', content: 'Only us.' },
      ]),
  },
  'an answer of a ticket': {
    name: 'proof.txt',
    made: () => ana.upload('/tickets', form('Door'), [{ field: `f-${proof}`, name: 'proof.txt', content: 'Seen.' }]),
  },
  'a draft': {
    name: 'draft.txt',
    made: async () =>
      (await (await acme.customer('Dora')).browser()).upload('/tickets', { ...form('Not yet'), draft: '1' }, [
        { field: 'attachments', name: 'draft.txt', content: 'Later.' },
        { field: `f-${proof}`, name: 'draft-proof.txt', content: 'Later too.' },
      ]),
  },
  'a mail as it came': {
    name: 'mail.eml',
    made: () =>
      acme.inside(() => {
        const path = join(world.config.dataDir, `${randomUUID()}.eml`);
        writeFileSync(path, 'From: a@b.example\r\nSubject: Hello\r\nMessage-ID: <1@b.example>\r\n\r\nHello');
        return world.get(Arrivals).keep({ path, way: 'smtp', recipient: null, envelopeFrom: 'a@b.example' });
      }),
  },
  'the logo': {
    name: 'logo.png',
    made: async () =>
      (await acme.owner.browser()).upload('/console/settings/branding', LOOK, [
        { field: 'logo', name: 'logo.svg', content: SVG },
      ]),
  },
};

test.each(Object.entries(USES))('%s keeps its file', async (_, { name, made }) => {
  await made();
  expect(await files()).toContain(name);
  await age(400);
  await sweep();
  expect(await files()).toContain(name);
});

describe('what came with a form that was never sent', () => {
  test('stays while it may still be sent, then goes, and leaves the rest alone', async () => {
    const before = await files();
    const [left, sent] = ['left.txt', 'sent.txt'];
    const attach = (name: string) => [{ field: 'attachments', name, content: `This is ${name}` }];
    for (const name of [left, sent])
      expect((await ana.upload('/tickets', { ...form('') }, attach(name))).status).toBe(422);
    expect(await sweep()).toBe(0);
    const [{ id }] = (await acme.query<{ id: string }>(
      () => sql`select id from ${table('file')} where name = ${sent}`,
    )) as [{ id: string }];
    expect((await ana.upload('/tickets', { ...form('Sent after all'), kept: id }, [])).status).toBe(303);
    await age(15);
    expect(await sweep()).toBe(1);
    expect(await files()).toEqual([...before, sent].sort());
    const content = await acme.inside(async () => (await world.get(Files).open(id)).toArray());
    expect(Buffer.concat(content as Buffer[]).toString()).toBe('This is sent.txt');
  });

  test('a draft thrown away gives its files up', async () => {
    expect(await files()).toContain('draft.txt');
    await acme.change(() => sql`delete from ${table('ticket_draft')}`);
    expect(await sweep()).toBe(2);
    expect(await files()).not.toContain('draft.txt');
  });

  test('it is looked for once a day, by the maintenance', async () => {
    await ana.upload('/tickets', form(''), [{ field: 'attachments', name: 'left.txt', content: 'Left.' }]);
    await age(15);
    expect((await day()).filter((gone) => gone > 0)).toEqual([1]);
    await expect(world.get(Maintenance).run()).resolves.toBeUndefined();
  });
});
