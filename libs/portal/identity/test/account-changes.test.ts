import { beforeAll, describe, expect, test } from '@jest/globals';
import { PASSWORD, type TestPerson, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';

let world: World;
let acme: TestTenant;
let owner: Visitor;
let ana: TestPerson;
beforeAll(async () => {
  world = await World.startWithWorker();
  acme = await world.tenant('acme');
  owner = await acme.owner.browser();
  ana = await acme.customer('Ana');
});
const idOf = async (person: TestPerson) => (await person.actor()).id!;
const subjectsTo = (address: string) =>
  world.mails.mails.flatMap(({ to, subject }) => ([to].flat()[0]?.value[0]?.address === address ? [subject] : []));
const confirm = async (browser: Visitor, address: string) => {
  const link = new URL(await world.mails.linkTo(address, '/account/email'));
  const token = link.searchParams.get('token')!;
  return { page: await browser.get(`${link.pathname}${link.search}`), done: () => browser.post('/account/email/confirmation', { token }) }; // prettier-ignore
};

test('15: a role that changes ends what was open under the old one', async () => {
  const mara = await acme.agent('Mara');
  const browser = await mara.browser();
  expect((await browser.get('/console/tickets')).status).toBe(200);
  await owner.get('/console/team');
  expect((await owner.post(`/console/team/${await idOf(mara)}/role`, { role: 'viewer' })).status).toBe(303);
  expect((await browser.get('/console/tickets')).status).toBe(303);
});

test('19: another address needs the password, is proved by its own mailbox, and the old one is told', async () => {
  const [eve, other] = [await acme.customer('Eve'), await (await acme.customer('Eli')).browser()];
  const browser = await eve.browser();
  const elsewhere = await eve.browser();
  const ask = async (current_password: string) => {
    await browser.get('/account');
    return browser.post('/account/email', { email: 'eve.new@customers.example', current_password });
  };
  for (const wrong of ['', 'not-the-password-1']) expect((await ask(wrong)).status).toBe(422);
  expect((await ask(PASSWORD)).status).toBe(303);
  await world.mails.mailTo(eve.email, ({ subject }) => subject === 'Your email address is being changed');
  expect((await browser.get('/account')).text).toContain('value="eve@customers.example"');
  // Nobody else proves it, whoever has the link.
  expect((await confirm(other, 'eve.new@customers.example')).page.status).toBe(410);
  const { done } = await confirm(browser, 'eve.new@customers.example');
  expect((await done()).headers['location']).toBe('/account');
  expect((await browser.get('/account')).text).toContain('eve.new@customers.example');
  expect((await elsewhere.get('/account')).status).toBe(303);
});

describe('what is wrong about a person is set right in the console', () => {
  const correct = async (browser: Visitor, id: string, details: Record<string, string>) => {
    await browser.get('/console/people');
    return browser.post(`/console/people/${id}/details`, details);
  };

  test('a name at once, an address once it is proved as in the account; the old one is told', async () => {
    const id = await idOf(ana);
    const page = await owner.get(`/console/people/${id}`);
    expect(page.text).toContain(`action="/console/people/${id}/details"`);
    const wrong = await correct(owner, id, { name: '', email: 'nonsense' });
    expect([wrong.status, wrong.text.includes('id="details-email-error"')]).toEqual([422, true]);
    const details = { name: 'Ana Sousa', email: 'ana.sousa@customers.example' };
    expect((await correct(owner, id, details)).status).toBe(303);
    await world.mails.mailTo(ana.email, ({ subject }) => subject === 'Your email address is being changed');
    const again = await owner.get(`/console/people/${id}`);
    expect([again.text.includes('Ana Sousa'), again.text.includes('value="ana@customers.example"')]).toEqual([
      ...[true, true],
    ]);
    // Whoever opens the link is asked to sign in, as whoever it is.
    expect((await confirm(acme.visitor(), 'ana.sousa@customers.example')).page.status).toBe(303);
    const { done } = await confirm(await ana.browser(), 'ana.sousa@customers.example');
    expect((await done()).headers['location']).toBe('/account');
    expect((await acme.visitor().signIn('ana.sousa@customers.example', PASSWORD)).status).toBe(303);
    // The address of somebody else is not told of, and not given.
    const eli = await acme.customer('Elo');
    expect((await correct(owner, id, { name: 'Ana Sousa', email: eli.email })).status).toBe(303);
    await world.calm();
    expect(subjectsTo(eli.email)).toEqual([]);
  });

  test('by whoever manages people; of the team by nobody who may less, and of oneself not here', async () => {
    const [adi, agent] = [await acme.agent('Adi', 'admin'), await acme.agent('Ole', 'viewer')];
    const [asAdi, asAgent] = [await adi.browser(), await agent.browser()];
    const details = { name: 'Somebody', email: 'thief@customers.example' };
    const refused = async (browser: Visitor, person: TestPerson) =>
      [403, 404].includes((await correct(browser, await idOf(person), details)).status);
    const bea = await acme.customer('Bea');
    expect([
      await refused(asAgent, bea),
      await refused(asAdi, acme.owner),
      await refused(owner, acme.owner),
      await refused(asAdi, adi),
    ]).toEqual([true, true, true, true]);
    expect((await asAdi.get(`/console/people/${await idOf(acme.owner)}`)).text).not.toContain('/details"');
    const found = await acme.query(() => sql`select name from ${table('person')} where name = 'Somebody'`);
    expect(found).toEqual([]);
    await world.calm();
    expect(subjectsTo('thief@customers.example')).toEqual([]);
  });
});
