import { beforeAll, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { unseal } from '@foyer/credentials';
import { oidcConnections } from '@foyer/signon';
import { Collections } from '@foyer/settings';
import { connectionSeal } from '../src/connections.js';
import { connected } from './connected.js';

const SECRET = 'typed-once-4711';
let world: World;
let acme: TestTenant;
let owner: Visitor;
let admin: Visitor;
let globex: string;
beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  owner = await acme.owner.browser();
  admin = await (await (await acme.customer('Ana')).of('Globex', 'company_admin')).browser();
  globex = await acme.companyId('Globex');
});
const tokenIn = (html: string) => /name="clientSecret_token" value="([^"]+)"/.exec(html)?.[1];
const secretOf = (id: string) =>
  acme.inside(async () => {
    const item = (await world.get(Collections).all(oidcConnections)).find((one) => one.id === id)!;
    return unseal(world.config.secretKey, connectionSeal(), item.clientSecret);
  });

test.each(['the operator', 'a company'])(
  'a secret that was typed goes along with a page that is shown again, sealed: %s',
  async (whose) => {
    const isCompany = whose === 'a company';
    const browser = isCompany ? admin : owner;
    const { id } = await connected(acme, 'https://id.example', { companyId: globex });
    const page = isCompany
      ? `/company/sign-in/${globex}/providers/oidc/${id}`
      : `/console/settings/oidc-connections/${id}`;
    await browser.get(page);
    const fields = {
      name: 'Typed',
      audience: 'customers',
      issuer: 'https://other.example',
      clientId: 'x',
      enabled: '1',
    };
    const more = await browser.post(page, { ...fields, clientSecret: SECRET, more: 'groups' });
    expect([more.status, more.text.includes(SECRET), more.text.includes('value="https://other.example"')]).toEqual([
      ...[200, false, true],
    ]);
    // Once more, and with something that is wrong, it is still there.
    const again = await browser.post(page, { ...fields, clientSecret_token: tokenIn(more.text)!, more: 'groups' });
    const wrong = await browser.post(page, { ...fields, name: '', clientSecret_token: tokenIn(again.text)! });
    expect([wrong.status, wrong.text.includes(SECRET)]).toEqual([422, false]);
    const clientSecret_token = tokenIn(wrong.text)!;
    // It is worth nothing on another page, nor to somebody else.
    const { id: other } = await connected(acme, 'https://id.example', { companyId: globex });
    const elsewhere = await browser.post(page.replace(id, other), { ...fields, clientSecret_token });
    expect(elsewhere.status).toBe(422);
    const stranger = await (await acme.agent('Mara', 'owner')).browser();
    await stranger.get('/console');
    const theirs = `/console/settings/oidc-connections/${id}`;
    expect((await stranger.post(theirs, { ...fields, clientSecret_token })).status).toBe(422);
    expect((await browser.post(page, { ...fields, clientSecret_token })).status).toBe(303);
    expect(await secretOf(id)).toBe(SECRET);
  },
);
