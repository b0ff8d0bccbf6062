import type { Page } from 'playwright-core';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import { Tokens } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { FIELD_KINDS, requestFields, requestTypes } from '@foyer/requests';
import { Collections, Settings } from '@foyer/settings';
import { opinions } from './opinions.js';

/** Who has the page open. */
export type Who = 'guest' | 'customer' | 'lonely' | 'owner' | 'staff' | 'nobody';

export interface PageToSee {
  name: string;
  who: Who;
  url: string;
  /** What is done there before it is looked at. */
  first?: (page: Page) => Promise<unknown>;
}

const LONG = 'A very long subject that goes on and on, because some people tell the whole story in the first line';
/** Sends a form as it is, although the browser would rather not. */
const submit = (button: string) => (page: Page) =>
  Promise.all([
    page.waitForEvent('load'),
    page.getByRole('button', { name: button, exact: true }).evaluate(({ form }: HTMLButtonElement) => {
      form!.noValidate = true;
      form!.requestSubmit();
    }),
  ]);

/** A request type with every kind of field, some of which depend on others, beside the general one. */
async function requests(world: World, acme: TestTenant): Promise<string> {
  const named = { translations: {} };
  const option = (n: number) => ({
    ...{ id: `00000000-0000-4000-8000-00000000020${n}`, label: `Answer ${n}`, archived: false },
    ...named,
  });
  // A choice comes first: others depend on it.
  const kinds = ['choice' as const, ...FIELD_KINDS.filter((kind) => kind !== 'choice')];
  const fields = kinds.map((kind, index) => {
    const options = kind.includes('choice') ? [option(1), option(2)] : [];
    const bounds = { min: kind === 'number' ? 1 : null, max: null, unit: kind === 'number' ? 'pieces' : '' };
    const id = `00000000-0000-4000-8000-00000000030${index}`;
    return {
      id,
      kind,
      label: `A field: ${kind}`,
      hint: 'What to write here.',
      options,
      ...bounds,
      visibility: 'customer' as const,
      archived: false,
      ...named,
    };
  });
  await acme.inside(() => world.get(Collections).apply(requestFields, fields));
  const [general] = await acme.inside(() => world.get(Collections).all(requestTypes));
  const when = { match: 'all' as const, tests: [{ field: fields[0]!.id, value: option(1).id }] };
  const questions = fields.map(({ id }, index) => ({
    fieldId: id,
    required: index < 2,
    when: index === 1 ? when : null,
  }));
  const id = '00000000-0000-4000-8000-000000000400';
  const repair = {
    ...general!,
    id,
    name: 'Repair',
    slug: 'repair',
    introduction: 'Have the serial number at hand.',
    questions,
  };
  await acme.inside(() => world.get(Collections).apply(requestTypes, [general!, repair]));
  return id;
}

/** A business with people, companies and tickets in every state, and one with nothing at all. */
export async function furnish(world: World): Promise<{ acme: TestTenant; bare: TestTenant; pages: PageToSee[] }> {
  const [acme, bare, closed] = [
    await world.tenant('acme', 'Acme Lifts'),
    await world.tenant('bare', 'Bare Walls'),
    await world.tenant('closed', 'Closed Doors'),
  ];
  for (const business of [acme, bare])
    await business.inside(() => world.get(Settings).apply('general', { locales: ['en', 'ar'] }));
  const ana = await (await acme.customer('Ana Sousa')).of('Globex', 'company_admin');
  await (await acme.customer('Ulf')).of('Globex');
  await acme.customer('Lone');
  await acme.agent('Mara');
  for (const subject of ['The printer is on fire', LONG, 'المصعد لا يعمل منذ الصباح', 'Solved one', 'Waiting one'])
    await ana.opens(subject, `${subject}\n\nhttps://example.com/${'x'.repeat(120)}\n\nThank you`);
  const team = await acme.owner.browser();
  await team.get('/console/tickets/TKT-001');
  await team.post('/console/tickets/TKT-001/replies', { body: 'Use the extinguisher.', status: 'pending' });
  await team.post('/console/tickets/TKT-001/notes', { body: 'They smoke there.' });
  await team.post('/console/tickets/TKT-004/solution');
  await team.post('/console/tickets/TKT-001/followers', { email: 'ulf@customers.example' });
  await team.post('/console/tickets/TKT-001/links', { other: 'TKT-002' });
  await team.post('/console/tickets/views', { name: 'Everything', query: 'view=all' });
  const changed = await team.post('/console/tickets/bulk', { ticket: 'TKT-005', status: 'closed', tag: 'old' });
  const bulk = /bulk=(.+)$/.exec(changed.headers['location']!)![1]!;
  const customer = await ana.browser();
  await customer.get('/tickets/TKT-001');
  await customer.upload('/tickets/TKT-001/replies', { body: 'It still burns.' }, [
    { field: 'attachments', name: 'a rather long name of a file that says much.txt', content: 'smoke' },
  ]);
  await customer.get('/company');
  const [company] = await acme.query<{ id: string }>(() => sql`select id from ${table('company')}`);
  await customer.post('/company/invitations', { company: company!.id, email: 'new@customers.example', role: 'user' });
  await team.post('/console/team/invitations', { email: 'agent@acme.example', role: 'agent' });
  const [person] = await acme.query<{ id: string }>(
    () => sql`select id from ${table('person')} where email = ${ana.email}`,
  );
  const reset = await acme.inside(() =>
    world.get(Tokens).issue('reset', { email: ana.email, personId: person!.id, hours: 1 }),
  );
  const staff = await world.staff();
  await staff.get('/');
  const sleeping = await world.tenant('sleeping', 'Sleeping Dogs');
  await staff.post(`/tenants/${sleeping.tenant.id}/suspension`, { reason: 'Unpaid for months', confirmed: '1' });
  const shut = await closed.owner.browser();
  await shut.get('/console/settings/portal');
  await shut.post('/console/settings/portal', { status: 'maintenance', message: 'New shelves until Friday.' });

  // What no line can hold, in every list: words without a blank.
  const wordy = await (await acme.customer('Wordy')).of('Oneword', 'company_admin');
  await wordy.opens('x'.repeat(199));
  await acme.inside(() =>
    world.get(Database).write(async (em) => {
      await rows(
        em,
        sql`update ${table('ticket')} set tags = array[${'tag'.repeat(16)}]
                        where requester_id = (select id from ${table('person')} where email = ${wordy.email})`,
      );
      await rows(em, sql`update ${table('person')} set name = ${'Wordy'.repeat(20)} where email = ${wordy.email}`);
      await rows(em, sql`update ${table('company')} set name = ${'Oneword'.repeat(14)} where name = 'Oneword'`);
    }),
  );

  const repair = await requests(world, acme);
  const asked = await opinions(world, acme, ana);
  const invitation = new URL(await world.mails.linkTo('new@customers.example', '/invitation'));
  await team.get('/console/settings/directories/new');
  await team.post('/console/settings/directories', { name: 'Acme Entra ID', audience: 'team', enabled: '1' });
  const directory = /directories\/([0-9a-f-]{36})/.exec((await team.get('/console/settings/directories')).text)![1]!;
  await team.post(`/console/settings/directories/${directory}/tokens`, { label: 'Entra', days: '365' });
  await customer.get('/company');
  await customer.post(`/company/sign-in/${company!.id}/directory`);
  await customer.post(`/company/sign-in/${company!.id}/directory/tokens`, { label: 'Okta', days: '365' });
  const site = world.config.baseUrl.origin;
  const admin = `${world.config.baseUrl.protocol}//admin.${world.config.baseUrl.host}`;
  const at = (who: Who, origin: string, ...paths: [name: string, path: string, first?: PageToSee['first']][]) =>
    paths.map(([name, path, first]): PageToSee => ({ name: `${who} ${name}`, who, url: origin + path, first }));
  const pages = [
    ...at(
      'guest',
      site,
      ['sign-up', '/'],
      ['sign-up failed', '/', submit('Open the portal')],
      ['missing', '/nothing'],
      ['terms', '/terms'],
    ),
    ...at(
      'guest',
      acme.tenant.origin,
      ['home', '/'],
      ['sign-in', '/sign-in'],
      ['register', '/register'],
      ['forgot', '/forgot'],
    ),
    ...at(
      'guest',
      acme.tenant.origin,
      ['reset', `/reset?token=${reset}`],
      ['expired link', '/verify?token=x'],
      ['missing', '/nothing-here'],
    ),
    ...at(
      'guest',
      acme.tenant.origin,
      ['invitation', invitation.pathname + invitation.search],
      ['console sign-in', '/console/sign-in'],
    ),
    ...at(
      'guest',
      acme.tenant.origin,
      ['sign-in failed', '/sign-in', submit('Sign in')],
      ['register failed', '/register', submit('Continue')],
    ),
    ...at('guest', closed.tenant.origin, ['maintenance', '/']),
    ...at('nobody', sleeping.tenant.origin, ['suspended', '/']),
    ...at(
      'customer',
      acme.tenant.origin,
      ['home', '/'],
      ['tickets', '/tickets'],
      ['company tickets', '/tickets?scope=company'],
      ['no ticket fits', '/tickets?q=zzz'],
    ),
    ...at(
      'customer',
      acme.tenant.origin,
      ['new ticket', '/tickets/new'],
      ['choice of requests', '/tickets/new?q=re'],
      ['form of its own', '/tickets/new/repair'],
      ['form of its own failed', '/tickets/new/repair', submit('Send ticket')],
      ['new ticket failed', '/tickets/new/general', submit('Send ticket')],
    ),
    ...at(
      'customer',
      acme.tenant.origin,
      ['ticket', '/tickets/TKT-001'],
      ['solved ticket', '/tickets/TKT-004'],
      ['print', '/tickets/TKT-001/print'],
      ['who sees it', '/tickets/TKT-001/access'],
      ['closed ticket', '/tickets/TKT-005'],
    ),
    ...at(
      'customer',
      acme.tenant.origin,
      ['reply failed', '/tickets/TKT-002', submit('Send reply')],
      ['account', '/account'],
      ['account failed', '/account', submit('Change address')],
    ),
    ...at(
      'customer',
      acme.tenant.origin,
      ['company', '/company'],
      ['company failed', '/company', submit('Send invitation')],
      ['directory', `/company/sign-in/${company!.id}/directory`],
      ['missing ticket', '/tickets/TKT-999'],
    ),
    ...at('lonely', acme.tenant.origin, ['home', '/'], ['no tickets', '/tickets']),
    ...at(
      'owner',
      bare.tenant.origin,
      ['empty inbox', '/console/tickets'],
      ['nobody', '/console/people'],
      ['no companies', '/console/companies'],
      ['first hour', '/console/start'],
    ),
    ...at(
      'owner',
      acme.tenant.origin,
      ['inbox', '/console/tickets?view=all'],
      ['nothing fits', '/console/tickets?q=zzz'],
      ['ticket', '/console/tickets/TKT-001'],
    ),
    ...at(
      'owner',
      acme.tenant.origin,
      ['reply failed', '/console/tickets/TKT-002', submit('Send reply')],
      ['solved ticket', '/console/tickets/TKT-004'],
    ),
    ...at(
      'owner',
      acme.tenant.origin,
      ['article', '/console/settings/articles/new', submit('Save changes')],
      ['find anything', '/console/find?q=printer'],
      ['people', '/console/people'],
      ['person', `/console/people/${person!.id}`],
      ['companies', '/console/companies'],
    ),
    ...at(
      'owner',
      acme.tenant.origin,
      ['company', `/console/companies/${company!.id}`],
      ['new company', '/console/companies/new'],
      ['new company failed', '/console/companies/new', submit('Create company')],
    ),
    ...at(
      'owner',
      acme.tenant.origin,
      ['team', '/console/team'],
      ['account', '/console/account'],
      ['general', '/console/settings/general'],
      ['branding', '/console/settings/branding'],
    ),
    ...at(
      'owner',
      acme.tenant.origin,
      ...(['request-types', 'ticket-fields', 'ticket-categories', 'ticket-statuses', 'ticket-groups'] as const).flatMap(
        (page): [string, string][] => [
          [page, `/console/settings/${page}`],
          [`new in ${page}`, `/console/settings/${page}/new`],
        ],
      ),
      ['settings', '/console/settings'],
      ['plan', '/console/settings/plan'],
      ['roles', '/console/settings/roles'],
      ['new role', '/console/settings/roles/new', submit('Save changes')],
      ['roles of the team', '/console/settings/team-roles'],
      ['new role of the team', '/console/settings/team-roles/new', submit('Save changes')],
      ['merge', '/console/tickets/TKT-001/merge', submit('Merge')],
      ['split', '/console/tickets/TKT-001/split', submit('Split off')],
      ['who sees it', '/console/tickets/TKT-001/access'],
      ['views', '/console/tickets/views'],
      ['view', '/console/tickets/views/new?view=mine&priority=high', submit('Save changes')],
      ['change to several', `/console/tickets/bulk/${bulk}`],
      ['changed several', `/console/tickets?bulk=${bulk}`],
      ['ticket on paper', '/console/tickets/TKT-001/print'],
      ['priorities', '/console/settings/ticket-priorities'],
      ['reopening', '/console/settings/reopening'],
      ['a request type', `/console/settings/request-types/${repair}`],
      ['a ticket for a customer', '/console/tickets/new'],
      ['its form', `/console/tickets/new?customer=${person!.id}&type=repair`],
      ['sections', '/console/settings/features'],
      ['portal state', '/console/settings/portal'],
      ['legal pages', '/console/settings/legal'],
      ['directories', '/console/settings/directories'],
      ['directory', `/console/settings/directories/${directory}`],
      ['LDAP', '/console/settings/directory-connections'],
      ['new LDAP directory', '/console/settings/directory-connections/new', submit('Save changes')],
      ['mail in', '/console/settings/mail-in'],
      ['mailboxes', '/console/settings/mailboxes'],
      ['new mailbox', '/console/settings/mailboxes/new'],
      ['received mails', '/console/settings/mail-log'],
      ['held mails', '/console/held-mails'],
      ['components', '/console/components'],
      ['missing', '/console/nothing'],
    ),
    ...['hours', 'policies', 'routing', 'automations', 'macros'].flatMap((page) =>
      at(
        'owner',
        acme.tenant.origin,
        [page, `/console/settings/${page}`],
        [`new ${page}`, `/console/settings/${page}/new`],
        [`new ${page} failed`, `/console/settings/${page}/new`, submit('Save changes')],
      ),
    ),
    ...at(
      'guest',
      acme.tenant.origin,
      ['survey', `/survey?token=${asked.token}&score=4`],
      ['survey answered', `/survey/thanks?token=${asked.token}`],
      ['leaving surveys', `/survey/unsubscribe/${asked.token}`],
    ),
    ...at(
      'customer',
      acme.tenant.origin,
      ['approvals', '/approvals'],
      ['approvals decided', '/approvals?show=decided'],
      ['request to approve', `/tickets/${asked.held}`],
      ['request to approve failed', `/tickets/${asked.held}`, submit('Reject')],
      ['rejected request', `/tickets/${asked.done}`],
    ),
    ...at(
      'owner',
      acme.tenant.origin,
      ['approval asked', `/console/tickets/${asked.held}`],
      ['asking for approval', `/console/tickets/${asked.free}/approvals`],
      ['asking for approval failed', `/console/tickets/${asked.free}/approvals`, submit('Send request')],
      ['surveys', '/console/settings/surveys'],
      ['survey', `/console/settings/surveys/${asked.survey}`],
      ['new survey', '/console/settings/surveys/new'],
      ['results', `/console/surveys/${asked.survey}`],
      ['results of nobody', `/console/surveys/${asked.nps}`],
    ),
    ...at('owner', acme.tenant.origin, ['availability', '/console/availability'], ['own macros', '/console/macros']),
    ...at('guest', admin, ['staff sign-in', '/sign-in'], ['staff sign-in failed', '/sign-in', submit('Sign in')]),
    ...at(
      'staff',
      admin,
      ['tenants', '/tenants'],
      ['no tenant fits', '/tenants?q=zzz'],
      ['tenant', `/tenants/${acme.tenant.id}`],
      ['suspended tenant', `/tenants/${sleeping.tenant.id}`],
    ),
    ...at(
      'staff',
      admin,
      ['new tenant', '/tenants/new'],
      ['new tenant failed', '/tenants/new', submit('Create tenant')],
      ['jobs', '/jobs'],
      ['account', '/account'],
      ['missing', '/nothing'],
    ),
  ];
  return { acme, bare, pages };
}
