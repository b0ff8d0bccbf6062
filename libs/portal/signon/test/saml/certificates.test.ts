import { beforeAll, expect, test } from '@jest/globals';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import { ownKey } from '../../src/saml/certificates.js';
import { CertificateMails } from '../../src/saml/certificate-mails.js';

import { bound, SamlStand } from './saml-stand.js';

const DAY = 86_400_000;
/** One that was made nearly ten years ago. */
async function endingIn(days: number): Promise<string> {
  const made = new Date(Date.now() + days * DAY);
  made.setUTCFullYear(made.getUTCFullYear() - 10);
  return (await ownKey('idp.example', made.getTime())).certificate;
}
let world: World;
let acme: TestTenant;
let stand: SamlStand;

beforeAll(async () => {
  stand = await SamlStand.open();
  world = await World.startWithWorker();
  acme = await world.tenant('acme');
});
const fields = (certificates: string) => ({
  ...{ metadataUrl: '', entityId: 'https://idp.example', signOnUrl: 'https://idp.example/sso', certificates },
});
const run = (days = 0) => acme.inside(() => world.get(CertificateMails).run(Date.now() + days * DAY));
const SUBJECT = 'ends soon';
const mailsTo = (email: string) =>
  world.mails.mails.filter(
    ({ to, subject }) => [to].flat().some((one) => one?.text.includes(email)) && subject?.includes(SUBJECT),
  );

test('whoever looks after a connection is told thirty and seven days before its certificate ends, once each', async () => {
  const admin = await (await acme.customer('Ada')).of('Initech', 'company_admin');
  const user = await (await acme.customer('Ulf')).of('Initech');
  const helper = await acme.agent('Mara', 'admin');
  const company = await acme.companyId('Initech');
  const soon = await endingIn(20);
  await bound(acme, stand, { ...fields(soon), name: 'Team ID', audience: 'team' });
  await bound(acme, stand, { ...fields(soon), name: 'Initech ID', companyId: company });
  await bound(acme, stand, { ...fields(soon), name: 'Off', enabled: false });
  const next = [soon, await endingIn(400)].join('\n');
  const { id } = await bound(acme, stand, { ...fields(next), name: 'Renewed' });
  await bound(acme, stand, { ...fields(await endingIn(-1)), name: 'Over' });
  const told = async () => {
    await world.calm();
    return ['owner@acme.example', admin.email, user.email, helper.email].map((email) => mailsTo(email).length);
  };
  await run();
  await run();
  expect(await told()).toEqual([1, 1, 0, 0]);
  await run(15);
  await run(16);
  expect(await told()).toEqual([2, 2, 0, 0]);
  await run(25);
  expect(await told()).toEqual([2, 2, 0, 0]);
  const owner = await acme.owner.browser();
  const page = async (which: string) => (await owner.get(`/console/settings/saml-connections/${which}`)).text;
  expect((await page(id)).includes('A certificate ends soon')).toBe(false);
  const ending = await bound(acme, stand, { ...fields(soon), name: 'Ending' });
  expect((await page(ending.id)).includes('A certificate ends soon')).toBe(true);
});

test('of ours as well', async () => {
  const { id } = await bound(acme, stand, { ...fields(await endingIn(4_000)), name: 'Ours' });
  await run(3_640);
  await world.calm();
  const [mail] = mailsTo('owner@acme.example').filter(({ text }) => text?.includes(id));
  expect(mail?.text).toContain('The certificate of this portal ends on');
});
