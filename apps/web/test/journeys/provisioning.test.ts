import { request } from 'node:http';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { sql, table } from '@foyer/database';
import { acme, chromium, openScene, WAYS, world } from './chromium.js';

beforeAll(openScene);

/** What an identity provider sends, with a token. */
function sent(token: string, method: string, path: string, body: object): Promise<{ status: number; id: string }> {
  const { port } = world.config.baseUrl;
  const headers = { Host: acme.host, Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' };
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, method, path: `/scim/v2${path}`, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      answer.on('end', () => resolve({ status: answer.statusCode!, ...(JSON.parse(text || '{}') as { id: string }) }));
    });
    asked.on('error', reject).end(JSON.stringify(body));
  });
}
const patch = (...Operations: object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
});

async function directoryOf(page: Page): Promise<string> {
  await page.goto(`${acme.tenant.origin}/company`);
  await page.getByRole('link', { name: 'Open directory' }).click();
  await page.getByRole('button', { name: 'Set up directory' }).click();
  await page.getByLabel('Name of the token').fill('Okta');
  await page.getByRole('button', { name: 'Create token' }).click();
  const token = await page.getByLabel('Token', { exact: true }).inputValue();
  await page.getByRole('link', { name: 'I have copied the token' }).click();
  return token;
}

describe.each(WAYS)('$way', ({ script, mark }) => {
  test('a company’s admin connects a directory: people come, their role follows their groups, and whoever is removed there is thrown out here', async () => {
    const [domain, company] = [`globex-${mark}.example`, `Globex ${mark}`];
    const ana = await (await acme.customer(`Ana ${mark}`)).of(company, 'company_admin');
    const joe = await (await acme.customer(`Joe ${mark}`)).of(company);
    await acme.change(() => sql`update ${table('person')} set email = ${`joe@${domain}`} where email = ${joe.email} returning id`); // prettier-ignore
    await acme.owns(domain, await acme.companyId(company));
    const page = await chromium.signedIn(ana, script);
    const token = await directoryOf(page);
    const pat = await sent(token, 'POST', '/Users', {
      userName: `pat@${domain}`,
      displayName: 'Pat Morgan',
      active: true,
    });
    const { id } = await sent(token, 'POST', '/Users', { userName: `joe@${domain}`, active: true });
    expect(pat.status).toBe(201);
    const group = await sent(token, 'POST', '/Groups', { displayName: 'Buyers', members: [{ value: id }] });
    await page.reload();
    await page.getByText('2 people, 2 active. 1 group.').waitFor();
    await page.getByRole('button', { name: 'Add group' }).click();
    await page.getByLabel('Group', { exact: true }).fill('Buyers');
    await page.getByLabel('Role', { exact: true }).selectOption('Company admin');
    await page.getByLabel('Groups decide roles').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();

    const theirs = await chromium.signedIn({ ...joe, email: `joe@${domain}` } as never, script);
    await theirs.goto(`${acme.tenant.origin}/company`);
    await theirs.getByRole('heading', { name: 'Invite someone' }).waitFor();
    expect((await sent(token, 'PATCH', `/Groups/${group.id}`, patch({ op: 'remove', path: `members[value eq "${id}"]` }))).status).toBe(200); // prettier-ignore
    await theirs.reload();
    await theirs.getByRole('heading', { name: company }).waitFor();
    expect(await theirs.getByRole('heading', { name: 'Invite someone' }).count()).toBe(0);

    expect((await sent(token, 'PATCH', `/Users/${id}`, patch({ op: 'Replace', path: 'active', value: 'False' }))).status).toBe(200); // prettier-ignore
    await theirs.reload();
    expect(new URL(theirs.url()).pathname).toBe('/sign-in');
    await page.goto(`${acme.tenant.origin}/company`);
    expect(await page.getByText('Pat Morgan').count()).toBeGreaterThan(0);
    expect(await page.getByText(`joe@${domain}`).count()).toBe(0);
    await page.getByRole('link', { name: 'Open directory' }).click();
    await page.getByText(`PATCH /Users/${id}`).waitFor();
  });
});
