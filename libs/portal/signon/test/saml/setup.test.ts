import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { samlConnections } from '@foyer/signon';
import { Collections } from '@foyer/settings';
import { ownKey } from '../../src/saml/certificates.js';
import { SamlProviders } from '../../src/saml/saml-providers.js';

import { bound, posted, SamlStand, through } from './saml-stand.js';

let world: World;
let acme: TestTenant;
let owner: Visitor;
let stand: SamlStand;
const PAGE = '/console/settings/saml-connections';

beforeAll(async () => {
  stand = await SamlStand.open();
  world = await World.start({ PRIVATE_NETWORKS: '127.0.0.0/8' });
  acme = await world.tenant('acme');
  owner = await acme.owner.browser();
});

describe('whoever sets up a SAML connection', () => {
  test('gets the addresses for the provider first, then pastes what it says of itself', async () => {
    expect((await owner.post(PAGE, { name: 'Globex ID', audience: 'customers', enabled: '1' })).status).toBe(303);
    const [page] = new RegExp(`${PAGE}/[0-9a-f-]{36}`).exec((await owner.get(PAGE)).text)!;
    const form = await owner.get(page);
    expect(form.text).toMatch(/Company<\/dt>\s*<dd>(?:<bdi>)?Ours/);
    const ids = [...form.text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    const [metadata] = /http:\/\/[^<"]+\/metadata/.exec(form.text)!;
    expect(form.text).toContain(metadata.replace(/metadata$/, 'return'));
    const shown = await acme.visitor().get(new URL(metadata).pathname);
    expect([shown.status, shown.headers['content-type']]).toEqual([200, 'application/samlmetadata+xml; charset=utf-8']);
    expect(shown.text).toContain(`entityID="${metadata}"`);
    // Nobody has had to look at it before the provider asked: what is open in a browser can still be saved.
    const typed = { name: 'Globex ID', audience: 'customers', enabled: '1' };
    const none = await owner.post(page, typed);
    expect([none.status, none.text.includes('Enter the metadata address')]).toEqual([422, true]);
    const bad = await owner.post(page, { ...typed, metadata: shown.text });
    expect([bad.status, bad.text.includes('not the metadata of one SAML identity provider')]).toEqual([422, true]);
    const half = await owner.post(page, { ...typed, entityId: 'urn:idp', signOnUrl: 'https://idp.example/sso' });
    expect([half.status, half.text.includes('all three fields')]).toEqual([422, true]);
    const said = `<!-- ours -->${stand.metadata}`;
    expect((await owner.post(page, { ...typed, metadata: said })).status).toBe(303);
    const saved = (await owner.get(page)).text;
    for (const value of [`${stand.origin}/metadata`, `${stand.origin}/sso`, 'BEGIN CERTIFICATE', 'Valid until'])
      expect(saved).toContain(value);
  });

  test('sends what it says as a file, on either side', async () => {
    const typed = { name: 'By file', audience: 'customers', enabled: '1' };
    await owner.post(PAGE, typed);
    const page = new RegExp(`${PAGE}/[0-9a-f-]{36}(?=">(?:<bdi>)?By file)`).exec((await owner.get(PAGE)).text)![0];
    expect((await owner.get(page)).text).toMatch(/<form[^>]*enctype="multipart\/form-data"[^]*name="metadataFile"/);
    const admin = await (await (await acme.customer('Fay')).of('Umbrella', 'company_admin')).browser();
    const own = `/company/sign-in/${await acme.companyId('Umbrella')}/providers/saml`;
    const theirs = (await admin.post(own, { name: 'By file', enabled: '1' })).headers['location']!;
    const file = (content: string | Buffer) => [{ field: 'metadataFile', name: 'metadata.xml', content }];
    for (const [who, at] of [
      [owner, page],
      [admin, theirs],
    ] as const) {
      for (const bad of [
        '',
        '<a/>',
        Buffer.from([0xff, 0xfe, 0x3c]),
        `<!DOCTYPE a>${stand.metadata}`,
        ' '.repeat(600_000),
      ]) {
        const refused = await who.upload(at, typed, file(bad));
        expect([refused.status, refused.text.includes('id="metadataFile-error"')]).toEqual([422, true]);
      }
      const again = await who.upload(at, { ...typed, name: '' }, file(stand.metadata));
      expect([again.status, again.text.includes('Choose the file again')]).toEqual([422, true]);
      expect((await who.upload(at, typed, [...file('x'), ...file('y')])).status).toBe(422);
      expect((await who.upload(at, typed, file(stand.metadata))).status).toBe(303);
      const saved = (await who.get(at)).text;
      for (const value of [
        `${stand.origin}/metadata`,
        `${stand.origin}/sso`,
        `${stand.origin}/slo`,
        'BEGIN CERTIFICATE',
      ])
        expect(saved).toContain(value);
    }
  });

  test('of a company does so on its own pages', async () => {
    const admin = await (await (await acme.customer('Ada')).of('Initech', 'company_admin')).browser();
    const at = `/company/sign-in/${await acme.companyId('Initech')}`;
    expect((await admin.get(at)).text).toContain('SAML');
    const made = await admin.post(`${at}/providers/saml`, { name: 'Initech ID', enabled: '1' });
    const page = made.headers['location']!;
    const saved = await admin.post(page, { name: 'Initech ID', enabled: '1', metadataUrl: `${stand.origin}/metadata` });
    expect(saved.status).toBe(303);
    const id = page.split('/').at(-1)!;
    const renewed = await admin.post(`/sign-in/with/${id}/certificate`);
    expect([renewed.status, renewed.headers['location']]).toEqual([303, page]);
    // Nobody else does.
    const stranger = await (await acme.customer('Ulf')).browser();
    expect((await stranger.post(`/sign-in/with/${id}/certificate`)).status).toBe(404);
  });

  test('renews our key: both are told of, the old one signs until it is removed, and what either hides is read', async () => {
    await acme.owns('acme.example');
    const { id } = await bound(acme, stand, { audience: 'both' });
    const told = async () => (await acme.visitor().get(`/sign-in/with/${id}/metadata`)).text;
    const keys = (xml: string, use: string) =>
      [...xml.matchAll(new RegExp(`use="${use}".*?<X509Certificate>([^<]+)`, 'g'))].map(([, key]) => key);
    const [old] = keys(await told(), 'signing');
    expect((await owner.post(`/sign-in/with/${id}/certificate`)).status).toBe(303);
    const both = await told();
    expect(keys(both, 'signing')).toEqual([old, keys(both, 'encryption')[0]]);
    expect(keys(both, 'encryption')).not.toEqual([old]);
    expect((await owner.post(`/sign-in/with/${id}/certificate`)).status).toBe(409);
    stand.next = { nameId: 'kim', attributes: { email: ['kim@acme.example'] } };
    for (const step of ['as it was told', 'with what is told now', 'without the old one']) {
      if (step !== 'as it was told') stand.knows(await told());
      const back = await through(acme, acme.visitor(), stand, id, '', { encrypted: true });
      expect([step, back.status]).toEqual([step, 303]);
      if (step === 'with what is told now')
        expect((await owner.post(`/sign-in/with/${id}/certificate/removal`)).status).toBe(303);
    }
    expect(keys(await told(), 'signing')).toEqual(keys(both, 'encryption'));
  });
});

describe('what a provider says of itself at an address', () => {
  const again = (days: number) => acme.inside(() => world.get(SamlProviders).readAgain(Date.now() + days * 86_400_000));

  test('is read every day: new certificates join, old ones go, and another name does not count', async () => {
    const idp = await SamlStand.open();
    const { id } = await bound(acme, idp);
    await acme.owns('fresh.example');
    idp.next = { nameId: 'lea', attributes: { email: ['lea@fresh.example'] } };
    const comes = async () => (await through(acme, acme.visitor(), idp, id)).status;
    expect(await comes()).toBe(303);
    const old = idp.key;
    idp.key = await ownKey('idp.example');
    expect(await comes()).toBe(403);
    await again(0);
    expect(await comes()).toBe(403);
    await again(1);
    expect(await comes()).toBe(303);
    idp.key = old;
    expect(await comes()).toBe(403);
    idp.named = 'https://another.example';
    await again(1);
    idp.named = null;
    expect(await comes()).toBe(403);
    const [connection] = (await acme.inside(() => world.get(Collections).all(samlConnections))).filter(
      (one) => one.id === id,
    );
    const known = await acme.inside(() => world.get(SamlProviders).known(connection!));
    expect(known).toMatchObject({ entityId: `${idp.origin}/metadata`, problem: 'other' });
    expect((await owner.get(`${PAGE}/${id}`)).text).toContain('calls itself something else');
  });

  test('that does not answer is said to those who come', async () => {
    const { id } = await bound(acme, stand, { metadataUrl: `${stand.origin}/sso` });
    const left = await acme.visitor().get(`/sign-in/with/${id}`);
    expect([left.status, left.text.includes('did not answer')]).toEqual([400, true]);
    const to = `http://x/sign-in/with/${id}/return`;
    expect((await posted(acme, { to, fields: { SAMLResponse: 'AAAA' } })).status).toBe(303);
  });
});
