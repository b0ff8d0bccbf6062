import { beforeAll, describe, expect, test } from '@jest/globals';
import { PASSWORD, type TestPerson, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { Holder } from './holder.js';
import { SoftKey } from './soft-key.js';

let world: World;
let acme: TestTenant;
beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
});

/** What a page asks of a device. */
async function asked(browser: Visitor, path: string) {
  const { text } = await browser.get(path);
  const options = JSON.parse(unescaped(/data-options="([^"]+)"/.exec(text)![1]!)) as {
    challenge: string;
    rpId?: string;
  };
  return { ...options, kept_token: /name="kept_token" value="([^"]+)"/.exec(text)![1]! };
}
const unescaped = (html: string) => html.replaceAll('&quot;', '"').replaceAll('&#x3D;', '=').replaceAll('&amp;', '&');
const isIn = async (browser: Visitor) => (await browser.get('/account')).status === 200;

async function registered(person: TestPerson, key = new SoftKey()) {
  const browser = await person.browser();
  const { challenge, kept_token } = await asked(browser, '/account/security/passkey');
  const answer_token = key.create({ challenge, origin: acme.tenant.origin });
  const form = { label: 'Key', current_password: PASSWORD, kept_token, answer_token };
  const answer = await browser.post('/account/security/passkey', form);
  return { key, browser, answer, form };
}

test('a passkey is registered once the password is shown again, and signs in without it', async () => {
  const { key, browser, form, answer } = await registered(await acme.customer('Ana'));
  expect(answer.text).toContain('Save your recovery codes');
  expect((await browser.post('/account/security/passkey', form)).status).toBe(422); // the same answer again
  const visitor = acme.visitor();
  const { challenge, kept_token } = await asked(visitor, '/sign-in');
  const answer_token = key.get({ challenge, origin: acme.tenant.origin });
  const to = await visitor.post('/sign-in/passkey', { kept_token, answer_token, return_to: '/tickets' });
  expect([to.headers['location'], await isIn(visitor)]).toEqual(['/tickets', true]);
  const wrong = await registered(await acme.customer('Una'));
  const fresh = await asked(wrong.browser, '/account/security/passkey');
  const bad = { ...wrong.form, kept_token: fresh.kept_token, current_password: 'wrong' };
  expect((await wrong.browser.post('/account/security/passkey', bad)).status).toBe(422);
});

describe('refused is', () => {
  let key: SoftKey;
  beforeAll(async () => {
    ({ key } = await registered(await acme.customer('Bob')));
  });
  const origin = () => acme.tenant.origin;
  const cases: [string, (challenge: string) => string][] = [
    [
      'an answer whose owner was not shown to be there',
      (challenge) => key.get({ challenge, origin: origin(), verified: false }),
    ],
    [
      'one for another site',
      (challenge) => key.get({ challenge, origin: 'https://evil.example', rpId: 'acme.localhost' }),
    ],
    ['one for another host', (challenge) => key.get({ challenge, origin: origin(), rpId: 'bolt.localhost' })],
    ['one to another question', () => key.get({ challenge: 'AAAA', origin: origin() })],
    ['one of a key that nobody has', (challenge) => new SoftKey().get({ challenge, origin: origin() })],
    ['none', () => ''],
    ['anything', () => '{"id":"x","response":{}}'],
    ['nothing at all', () => 'null'],
  ];
  test.each(cases)('%s', async (_, answer) => {
    const visitor = acme.visitor();
    const { challenge, kept_token } = await asked(visitor, '/sign-in');
    const to = await visitor.post('/sign-in/passkey', { kept_token, answer_token: answer(challenge) });
    expect([to.status, to.headers['location'], await isIn(visitor)]).toEqual([303, '/sign-in', false]);
  });

  test('an answer that was used, also at the same moment, and one by a page that is not ours', async () => {
    const [first, second] = [acme.visitor(), acme.visitor()];
    const { challenge, kept_token } = await asked(first, '/sign-in');
    await second.get('/sign-in');
    const answer_token = key.get({ challenge, origin: origin() });
    await Promise.all([first, second].map((one) => one.post('/sign-in/passkey', { kept_token, answer_token })));
    expect([await isIn(first), await isIn(second)].filter(Boolean)).toHaveLength(1);
    const third = acme.visitor();
    await third.get('/sign-in');
    await third.post('/sign-in/passkey', { kept_token, answer_token });
    const forged = `${challenge}.${Date.now() + 99_999}.x`;
    await third.post('/sign-in/passkey', { kept_token: forged, answer_token });
    expect(await isIn(third)).toBe(false);
  });

  test('a key that counts backwards', async () => {
    const { key: counting } = await registered(await acme.customer('Cy'));
    const enter = async (counter: number) => {
      const visitor = acme.visitor();
      const { challenge, kept_token } = await asked(visitor, '/sign-in');
      const answer_token = counting.get({ challenge, origin: origin(), counter });
      await visitor.post('/sign-in/passkey', { kept_token, answer_token });
      return isIn(visitor);
    };
    expect([await enter(5), await enter(6), await enter(6), await enter(2)]).toEqual([true, true, false, false]);
  });

  test('in the place of a code: the key of somebody else, or one that has answered the other page', async () => {
    const holder = await Holder.of(await acme.customer('Dee'));
    const own = new SoftKey();
    const { challenge: wanted, kept_token: kept } = await asked(holder.browser, '/account/security/passkey');
    const answer = own.create({ challenge: wanted, origin: origin() });
    const form = { label: 'Key', current_password: PASSWORD, kept_token: kept, answer_token: answer };
    expect((await holder.browser.post('/account/security/passkey', form)).status).toBe(303);
    const show = async (by: SoftKey, path = '/sign-in/code') => {
      const browser = await holder.arriving();
      const { challenge, kept_token } = await asked(path === '/sign-in' ? acme.visitor() : browser, path);
      await browser.get('/sign-in/code');
      const answer_token = by.get({ challenge, origin: origin() });
      await browser.post('/sign-in/code/passkey', { kept_token, answer_token });
      return isIn(browser);
    };
    expect([await show(key), await show(own, '/sign-in'), await show(own)]).toEqual([false, false, true]);
  });

  test('who was shut out', async () => {
    const { key: of, browser } = await registered(await acme.customer('Eve'));
    const owner = await acme.owner.browser();
    const [person] = (await browser.get('/account')).text.match(/eve@customers.example/) ?? [];
    expect(person).toBeDefined();
    const { text } = await owner.get('/console/people?q=eve@customers.example');
    await owner.post(`${/\/console\/people\/[0-9a-f-]{36}/.exec(text)![0]}/deactivation`);
    const visitor = acme.visitor();
    const { challenge, kept_token } = await asked(visitor, '/sign-in');
    await visitor.post('/sign-in/passkey', { kept_token, answer_token: of.get({ challenge, origin: origin() }) });
    expect(await isIn(visitor)).toBe(false);
  });
});

test('31: whoever has signed in by a passkey stays on this site', async () => {
  const { key } = await registered(await acme.customer('Fay'));
  const visitor = acme.visitor();
  const { challenge, kept_token } = await asked(visitor, '/sign-in');
  const answer_token = key.get({ challenge, origin: acme.tenant.origin });
  const to = await visitor.post('/sign-in/passkey', { kept_token, answer_token, return_to: '//evil.example' });
  expect([to.headers['location'], await isIn(visitor)]).toEqual(['/', true]);
});
