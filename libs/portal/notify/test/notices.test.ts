import { beforeAll, expect, test } from '@jest/globals';
import { type TestPerson, type TestTenant, World } from '@foyer/app-cli/testing';
import { Database, sql, table } from '@foyer/database';
import { Mail, MailRules } from '@foyer/mail';
import { type Addressee, type Notice, Notices } from '@foyer/notify';

interface Lamps {
  lampId: string;
  [id: string]: string;
}
let world: World;
let acme: TestTenant;
let ana: TestPerson;
let bo: TestPerson;
let idOf: (person: TestPerson) => string;
/** Who may know of lamps just now. */
let knowing: string[];
let asked: number;
let lamp: Notice<Lamps, { colour: string }>;
let alarm: typeof lamp;

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  [ana, bo] = [await acme.customer('Ana'), await acme.customer('Bo')];
  const ids = new Map<string, string>();
  for (const person of [ana, bo]) ids.set(person.email, (await person.actor()).id!);
  idOf = ({ email }) => ids.get(email)!;
  await acme.change(
    () => sql`update ${table('person')} set locale = case when email = ${ana.email} then 'tlh' end returning id`,
  );
  const declare = (name: string, more: Partial<typeof lamp>) =>
    world.get(Notices).declare<Lamps, { colour: string }>({
      ...{ name: `lamps.${name}`, template: `lamps/email/${name}`, class: 'service' },
      mayKnow: (readers) => {
        asked += 1;
        return Promise.resolve(readers.filter(({ id }) => id === null || knowing.includes(id)));
      },
      letter: ({ name: to }, { colour }) => (colour === 'black' ? null : { data: { colour, to } }),
      ...more,
    });
  lamp = declare('lit', {});
  alarm = declare('alarm', { class: 'mandatory', discreet: true, elsewhere: true, one: 'occasion' });
});

let occasions = 0;
async function tell(
  notice: typeof lamp,
  to: Addressee[],
  { by, colour = 'red' }: { by?: string; colour?: string } = {},
) {
  const id = `${++occasions}`;
  knowing ??= [];
  asked = 0;
  const once = () =>
    world.get(Notices).notify(notice, { lampId: 'l1' }, { id, ...(by && { by }), to, facts: { colour } });
  await acme.inside(once);
  await acme.inside(once); // a job that is run again
  return acme.inside(() =>
    world
      .get(Database)
      .read((em) => em.find(Mail, { key: { $like: `${notice.name}:${id}%` } }, { orderBy: { createdAt: 'asc' } })),
  );
}
const isStillMeant = (mail: Mail) => acme.inside(() => world.get(MailRules).stillMeant(mail));

test('each is told once, whoever did it is not, and who may not know or is not here gets none', async () => {
  knowing = [idOf(ana), idOf(bo)];
  const stranger = '0190f000-0000-7000-8000-0000000000f1';
  const told = await tell(lamp, [idOf(ana), idOf(bo), { id: idOf(ana) }, stranger]);
  expect(told.map(({ toAddress }) => toAddress)).toEqual([ana.email, bo.email]);
  expect(told[0]).toMatchObject({
    ...{ key: `lamps.lit:${occasions}:${idOf(ana)}`, toName: 'Ana', data: { colour: 'red', to: 'Ana' } },
    ...{ about: { lampId: 'l1', personId: idOf(ana) } },
  });
  expect(await tell(lamp, [idOf(ana), idOf(bo)], { by: idOf(ana) })).toMatchObject([{ toAddress: bo.email }]);
  knowing = [idOf(bo)];
  expect(await tell(lamp, [idOf(ana), idOf(bo)])).toMatchObject([{ toAddress: bo.email }]);
  expect(await tell(lamp, [idOf(bo)], { colour: 'black' })).toEqual([]);
});

test('whether somebody may know is asked again when it is sent', async () => {
  knowing = [idOf(ana), idOf(bo)];
  const [mine, his] = await tell(lamp, [idOf(ana), idOf(bo)]);
  expect(await isStillMeant(mine!)).toBe(true);
  knowing = [idOf(bo)];
  expect([await isStillMeant(mine!), await isStillMeant(his!)]).toEqual([false, true]);
  // At an address that is theirs no more, nobody reads it for them.
  expect(await isStillMeant(Object.assign(his!, { toAddress: 'former@customers.example' }))).toBe(false);
  expect(await tell(lamp, [{ id: idOf(bo), address: 'elsewhere@customers.example' }])).toEqual([]);
});

test('what is known of an address does not show in the time it takes: such a rule is asked by the worker alone', async () => {
  knowing = [];
  const to = { id: idOf(ana), address: 'next@customers.example', name: '' };
  const [mail] = await tell(alarm, [to]);
  expect(mail).toMatchObject({ key: `lamps.alarm:${occasions}`, toAddress: to.address, toName: '' });
  expect(asked).toBe(0);
  expect(await isStillMeant(mail!)).toBe(false);
  knowing = [idOf(ana)];
  expect(await isStillMeant(mail!)).toBe(true);
});

test('an address alone has no person behind it', async () => {
  const [mail] = await tell(lamp, [{ address: 'shop@outside.example', name: 'Shop', locale: 'ar' }]);
  expect(mail).toMatchObject({ toName: 'Shop', about: { lampId: 'l1', outside: 'yes' } });
  expect(await isStillMeant(mail!)).toBe(true);
});

test('each reads it in a language that the portal speaks', async () => {
  knowing = [idOf(ana), idOf(bo)];
  for (const { locale } of await tell(lamp, [idOf(ana), idOf(bo)])) expect(locale).toBe('en');
});

test('what people choose keeps a mail back when it is written and when it is sent, and never a mandatory one', async () => {
  knowing = [idOf(ana), idOf(bo)];
  const [before] = await tell(lamp, [idOf(ana)]);
  world.get(Notices).ask(({ name }, { id }) => Promise.resolve(!(name.startsWith('lamps.') && id === idOf(ana))));
  expect(await isStillMeant(before!)).toBe(false);
  expect(await tell(lamp, [idOf(ana), idOf(bo)])).toMatchObject([{ toAddress: bo.email }]);
  const [mail] = await tell(alarm, [idOf(ana)]);
  expect(await isStillMeant(mail!)).toBe(true);
});

test('one kind of notice, one name and one template', () => {
  expect(() => world.get(Notices).declare({ ...lamp, name: 'lamps.other' })).toThrow('Two notices');
  expect(() => world.get(Notices).declare({ ...lamp, template: 'lamps/email/other' })).toThrow('Two notices');
});
