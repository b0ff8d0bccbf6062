import sharp from 'sharp';
import { type Visitor, World } from '@foyer/app-cli/testing';
import { abilityOf, type Actor } from '@foyer/access';
import { Slots } from '@foyer/slots';
import { PortalHome } from '../src/home.js';
import { Features, homeSections, Settings } from '../src/index.js';
import { Navigation } from '../src/navigation.js';
import { svg } from './portal.js';

const world = await World.start();
const acme = await world.tenant('acme');
const globex = await world.tenant('globex');
const team = await acme.owner.browser();
const agent = await (await acme.agent('Gil')).browser();
const guest = acme.visitor();

const settings = () => world.get(Settings);
const inAcme = <T>(fn: () => Promise<T>) => acme.inside(fn);
const flashOf = async (visitor: Visitor, path: string) =>
  /data-flash[^]*?<div>([^<]*)<\/div>/.exec((await visitor.get(path)).text)?.[1];
const fields = (html: string) => [...html.matchAll(/<p class="error" id="([^"]+)-error">/g)].map(([, name]) => name);

describe('who gets in', () => {
  test.each(['general', 'branding', 'features', 'portal'])(
    '%s: owner yes, agent and customer no, guest to the sign-in',
    async (page) => {
      const path = `/console/settings/${page}`;
      expect((await team.get(path)).status).toBe(200);
      expect((await agent.get(path)).status).toBe(403);
      const knocked = await (await (await acme.customer('Ana')).browser()).get(path);
      expect([knocked.status, knocked.text.includes('Only the team has access to this page')]).toEqual([403, true]);
      expect(knocked.text).toContain('data-face="portal"');
      expect((await guest.get(path)).headers.location).toContain('/console/sign-in');
      expect((await (await globex.owner.browser()).get(path)).status).toBe(200);
    },
  );

  test('an agent’s post changes nothing', async () => {
    await agent.get('/console/tickets');
    const refused = await agent.post('/console/settings/portal', { status: 'disabled', message: '' });
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('You do not have permission to do this');
    expect(refused.text).toContain(`${acme.owner.name} can change your role.`);
    expect((await inAcme(() => settings().get('portal'))).status).toBe('active');
  });

  test('the settings begin with a way to each of their pages, the console with its first entry', async () => {
    const start = (await team.get('/console/settings')).text;
    for (const page of ['general', 'branding', 'features', 'portal'])
      expect(start).toContain(`href="/console/settings/${page}"`);
    const owner = await acme.owner.actor();
    const [first] = await inAcme(async () => world.get(Navigation).for('console', owner, () => true));
    expect((await team.get('/console')).headers.location).toBe(first!.href);
  });
});

describe('general', () => {
  const good = {
    name: 'Acme Works',
    supportEmail: 'Help@Acme.test',
    contact: 'Street 1\nTown',
    defaultLocale: 'de',
    locales: ['en', 'fr'],
    timeZone: 'Europe/Berlin',
  };

  test('dates, numbers and the week follow the region of the language', async () => {
    const ana = await acme.customer('Ana of the regions');
    await ana.opens('Which month is it?');
    const browser = await ana.browser();
    const shown = async () =>
      /<time datetime="[^"]+" title="([^"]+)"/.exec((await browser.get('/tickets/TKT-001')).text)![1]!;
    const day = new Date();
    const written = (region: string) =>
      new Intl.DateTimeFormat(region, { dateStyle: 'full', timeZone: 'Europe/Berlin' }).format(day);
    const english = { ...good, defaultLocale: 'en', locales: ['en'] };
    for (const region of ['en-US', 'en-GB', 'en-CA']) {
      expect((await team.post('/console/settings/general', { ...english, 'region-en': region })).status).toBe(303);
      expect(await shown()).toContain(written(region));
      const hours = (await team.get('/console/settings/hours/new')).text;
      expect(hours.indexOf('Sunday') < hours.indexOf('Monday')).toBe(region !== 'en-GB');
    }
    const wrong = await team.post('/console/settings/general', { ...english, 'region-en': 'de-DE' });
    expect([wrong.status, fields(wrong.text)]).toEqual([422, ['region-en']]);
    expect((await team.get('/console/settings/general')).text).toMatch(/value="en-CA" selected/);
    await team.post('/console/settings/general', { ...english, 'region-en': 'en-GB' });
  });

  test('is saved and shows everywhere', async () => {
    const answer = await team.post('/console/settings/general', good);
    expect([answer.status, answer.headers.location]).toEqual([303, '/console/settings/general']);
    expect(await inAcme(() => settings().get('general'))).toMatchObject({
      ...good,
      supportEmail: 'help@acme.test',
      locales: ['de', 'en', 'fr'],
    });
    const home = await acme.visitor().get('/?lang=de');
    expect(home.text).toContain('Acme Works');
    expect(home.text).toContain('lang="de"');
    expect((await globex.visitor().get('/')).text).not.toContain('Acme Works');
    await team.post('/console/settings/general', { ...good, defaultLocale: 'en', locales: ['en', 'de'] });
  });

  test.each<[string, Record<string, string | string[]>, string]>([
    ['nothing', { name: '' }, 'name'],
    ['spaces', { name: '   ' }, 'name'],
    ['too long', { name: 'x'.repeat(81) }, 'name'],
    ['no address', { supportEmail: 'help' }, 'supportEmail'],
    ['an address with a line break', { supportEmail: 'a@b.test\r\nBcc: c@d.test' }, 'supportEmail'],
    ['10 MB', { contact: 'x'.repeat(10_000_000) }, 'contact'],
    ['an unknown language', { defaultLocale: 'xx' }, 'defaultLocale'],
    ['a list where one is meant', { name: ['a', 'b'] }, 'name'],
    ['an unknown zone', { timeZone: 'Mars/Base' }, 'timeZone'],
  ])('%s gets a message by its field, and what was typed comes back', async (_, wrong, field) => {
    const answer = await team.post('/console/settings/general', { ...good, contact: 'Keep <me>', ...wrong });
    expect(answer.status).toBe(422);
    expect(fields(answer.text)).toEqual([field]);
    if (!('contact' in wrong)) expect(answer.text).toContain('Keep &lt;me&gt;');
  });

  test('a main language that was chosen beside a mistake and set back is not offered after all', async () => {
    const refused = await team.post('/console/settings/general', {
      ...good,
      supportEmail: 'no address',
      defaultLocale: 'es',
    });
    expect(refused.status).toBe(422);
    const ticked = [...refused.text.matchAll(/name="locales" value="(\w+)" checked/g)].map(([, language]) => language);
    expect(ticked).toEqual(['en', 'fr']);
  });

  test('35: scripts, emoji and right-to-left text are text', async () => {
    await team.post('/console/settings/general', {
      ...good,
      defaultLocale: 'en',
      locales: 'en',
      name: '<script>alert(1)</script> 👋 شركة',
    });
    const { text } = await guest.get('/');
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt; 👋 شركة');
    expect(text).not.toContain('<script>alert');
    await team.post('/console/settings/general', { ...good, defaultLocale: 'en', locales: ['en', 'de', 'ar'] });
  });
});

describe('branding', () => {
  const path = '/console/settings/branding';
  const look = {
    primary: '#0b6e4f',
    secondary: '#7a3e9d',
    background: '#ffffff',
    text: '#10201a',
    font: 'serif',
    radius: 'large',
    logoPosition: 'centre',
    showFooter: '1',
  };
  const css = async () => (await guest.get('/theme.css')).text;

  test('colours and choices become the portal’s stylesheet', async () => {
    expect((await team.post(path, look)).status).toBe(303);
    expect(await css()).toContain('#0b6e4f');
    expect(await css()).toContain('--radius: 12px');
    const home = (await guest.get('/')).text;
    const href = /href="(\/theme\.css\?v[^"]+)"/.exec(home)![1]!.replace('&#x3D;', '=');
    expect((await guest.get(href)).headers['cache-control']).toContain('immutable');
    expect(home).toContain('logo-centre');
    expect((await globex.visitor().get('/theme.css')).text).not.toContain('#0b6e4f');
  });

  test('a switch that is off is off', async () => {
    await team.post(path, { ...look, headerFixed: '1' });
    expect((await inAcme(() => settings().get('branding'))).settings).toMatchObject({
      headerFixed: true,
      showFooter: true,
    });
    await team.post(path, { ...look, showFooter: [] });
    expect((await inAcme(() => settings().get('branding'))).settings).toMatchObject({
      headerFixed: false,
      showFooter: false,
    });
  });

  test('colours nobody can read are refused with the nearest that they can, unless one insists', async () => {
    const pale = { ...look, text: '#aaaaaa' };
    const answer = await team.post(path, pale);
    expect(answer.status).toBe(422);
    expect(fields(answer.text)).toEqual(['text']);
    expect(answer.text).toMatch(/<a href="#text">Text: \S/);
    expect(answer.text).toMatch(/nearest readable colour is #7[0-9a-f]{5}/);
    expect(answer.text).toContain('value="#aaaaaa"');
    expect(answer.text).toContain('name="accepted"');
    expect((await team.post(path, { ...pale, accepted: '1' })).status).toBe(303);
    expect(await css()).toContain('#aaaaaa');
    await team.post(path, look);
  });

  test('while a colour is chosen the page judges it as saving does', async () => {
    for (const [name, colour] of [
      ['primary', '#ffff00'],
      ['primary', 'FFFF00'],
      ['primary', '#767676'],
      ['secondary', '#cccccc'],
      ['secondary', '#0b6e4f'],
      ['text', '#777777'],
      ['text', '#222222'],
      ['background', '#10201a'],
    ] as const) {
      const typed = { ...look, [name]: colour };
      const live = (await team.get(`${path}/contrast?${new URLSearchParams(typed)}`)).text;
      const saved = await team.post(path, typed);
      expect([name, colour, live.includes('contrast-bad')]).toEqual([name, colour, saved.status === 422]);
      for (const [, sentence] of live.matchAll(/class="contrast-bad">([^<]+)</g))
        expect(saved.text).toContain(sentence);
    }
    await team.post(path, look);
  });

  test('a logo is kept though a colour beside it is refused, and the preview shows both it and the sections that are on', async () => {
    const logo = { field: 'logo', name: 'logo.svg', content: svg('<circle r="40" cx="50" cy="50"/>') };
    const before = (await inAcme(() => settings().get('branding'))).settings;
    const refused = await team.upload(path, { ...look, text: '#aaaaaa' }, [logo]);
    expect(refused.status).toBe(422);
    const kept = await inAcme(() => settings().get('branding'));
    expect([kept.logo !== null, kept.settings]).toEqual([true, before]);
    expect(refused.text).toMatch(/<img class="preview-logo" data-shows="logo" src="\/brand\/logo\/\w+\.png"/);
    const shown = async () => /<div class="preview-body">[^]*?<\/aside>/.exec((await team.get(path)).text)![0];
    expect(await shown()).toContain('Ask a question');
    await inAcme(() => settings().apply('features', { tickets: false }));
    expect(await shown()).not.toMatch(/Ask a question|Your tickets|preview-search/);
    await inAcme(() => settings().apply('features', { tickets: true }));
    await team.post(path, { ...look, removeLogo: '1' });
  });

  test('the preview has the logo for dark pages, and a picture is kept though another one is refused', async () => {
    const upload = (field: string, content: string | Buffer) => ({ field, name: `${field}.svg`, content });
    const answer = await team.upload(path, look, [
      upload('logo', svg('<rect width="80" height="20"/>')),
      upload('logoDark', svg('<rect width="80" height="20" fill="white"/>')),
      upload('favicon', 'no picture at all'),
    ]);
    expect([answer.status, fields(answer.text)]).toEqual([422, ['favicon']]);
    for (const html of [answer.text, (await team.get(path)).text])
      for (const kind of ['logo', 'logoDark'])
        expect(html).toMatch(
          new RegExp(`<img class="preview-logo" data-shows="${kind}" src="/brand/${kind}/\\w+\\.png" alt="">`),
        );
    await team.post(path, { ...look, removeLogo: '1', removeLogoDark: '1' });
    expect((await team.get(path)).text).not.toContain('src="/brand/logo');
  });

  test('a picture that would be refused is refused in the browser, by the same limits', async () => {
    const inputs = [...(await team.get(path)).text.matchAll(/<input class="file-input"[^>]+>/g)].map(
      ([input]) => input,
    );
    expect(inputs).toHaveLength(3);
    for (const input of inputs) {
      expect(input).toContain('accept=".png,.jpg,.jpeg,.svg" data-most-bytes="2097152"');
      for (const says of ['size', 'empty', 'kind']) expect(input).toMatch(new RegExp(`data-says-${says}="[^"]+"`));
    }
  });

  test('one colour that is none leaves the look that is saved, keeps a logo beside it, and a preview asks for the logo again', async () => {
    const logo = { field: 'logo', name: 'logo.svg', content: svg('<circle r="40" cx="50" cy="50"/>') };
    await team.post(path, { ...look, primary: '#8b0000' });
    const typed = { ...look, primary: 'nope', secondary: '#5b2a00' };
    const refused = await team.upload(path, typed, [logo]);
    const shown = /href="([^"]+preview\.css[^"]+)"/
      .exec(refused.text)![1]!
      .replace(/&amp;|&#x3D;/g, (as) => (as === '&amp;' ? '&' : '='));
    expect([refused.status, fields(refused.text), new URLSearchParams(shown.split('?')[1]).get('primary')]).toEqual([
      422,
      ['primary'],
      '#8b0000',
    ]);
    expect((await inAcme(() => settings().get('branding'))).logo).not.toBeNull();
    for (const face of ['preview.css', 'contrast']) {
      const saved = await team.get(`${path}/${face}?${new URLSearchParams({ ...typed, primary: '#8b0000' })}`);
      expect((await team.get(`${path}/${face}?${new URLSearchParams(typed)}`)).text).toBe(saved.text);
    }
    await team.post(path, { ...look, removeLogo: '1' });
    const previewed = await team.upload(path, { ...look, action: 'preview' }, [logo]);
    expect(fields(previewed.text)).toEqual(['logo']);
    expect((await inAcme(() => settings().get('branding'))).logo).toBeNull();
  });

  test('a preview shows what is typed and saves nothing', async () => {
    const answer = await team.post(path, { ...look, primary: '#8b0000', action: 'preview' });
    expect(answer.status).toBe(200);
    const href = /href="([^"]+preview\.css[^"]+)"/
      .exec(answer.text)![1]!
      .replaceAll('&amp;', '&')
      .replaceAll('&#x3D;', '=');
    const preview = await team.get(href);
    expect(preview.headers['content-type']).toContain('text/css');
    expect(preview.text).toMatch(/\.brand-scope \{[^}]*--brand: (light-dark\()?#8b0000/);
    expect(await css()).not.toContain('#8b0000');
  });

  test('35: a preview’s query cannot write CSS', async () => {
    const { text } = await team.get(
      `${path}/preview.css?primary=red}body{display:none&radius=0;}*{&font[]=x&__proto__=1`,
    );
    expect(text).not.toMatch(/display|\*\{/);
    expect((await guest.get(`${path}/preview.css`)).status).toBe(303);
  });

  test.each([
    ['a word', 'red'],
    ['CSS', '#fff;}body{display:none}'],
    ['a script', '"><script>alert(1)</script>'],
    ['nothing', ''],
  ])('%s is no colour, and comes back', async (_, primary) => {
    const answer = await team.post(path, { ...look, primary });
    expect(answer.status).toBe(422);
    expect(fields(answer.text)).toEqual(['primary']);
    expect(answer.text).not.toContain('<script>alert');
  });

  test('36: an SVG logo is served as PNG, on every page and for ever under its address', async () => {
    const logo = svg('<script>alert(1)</script><rect width="400" height="100" fill="#0a0"/>');
    expect((await team.upload(path, look, [{ field: 'logo', name: 'logo.svg', content: logo }])).status).toBe(303);
    const src = /<img class="logo-light" src="([^"]+)"/.exec((await guest.get('/')).text)![1]!;
    const picture = await guest.get(src);
    expect(picture.headers).toMatchObject({ 'content-type': 'image/png', 'x-content-type-options': 'nosniff' });
    expect(picture.headers['cache-control']).toContain('immutable');
    expect((await sharp(picture.body as Buffer).metadata()).format).toBe('png');
    const old = await guest.get('/brand/logo/000000000000.png');
    // Mail programs on the web show it within pages of their own.
    expect(old.headers['cross-origin-resource-policy']).toBe('cross-origin');
    expect([old.status, old.headers['cache-control']]).toEqual([200, 'public, max-age=300']);
    expect((await globex.visitor().get(src)).status).toBe(404);
    for (const wrong of [
      '/brand/logo/x.png',
      '/brand/constructor/000000000000.png',
      '/brand/logoDark/000000000000.png',
      '/brand/logo/..%2f..%2fx',
    ]) {
      expect((await guest.get(wrong)).status).toBe(404);
    }
  });

  test('the browser’s own question for an icon is answered', async () => {
    expect((await globex.visitor().get('/favicon.ico')).status).toBe(204);
    await team.upload(path, look, [
      { field: 'favicon', name: 'icon.svg', content: svg('<rect width="9" height="9"/>') },
    ]);
    const { location } = (await guest.get('/favicon.ico')).headers;
    expect((await guest.get(location!)).headers['content-type']).toBe('image/png');
  });

  test('a wrong picture gets a message by its field and leaves the old one', async () => {
    const answer = await team.upload(path, look, [{ field: 'logo', name: 'logo.svg', content: '<html></html>' }]);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('id="logo-error"');
    expect((await guest.get('/')).text).toContain('<img class="logo-light"');
  });

  test('a picture can be taken away', async () => {
    await team.post(path, { ...look, removeLogo: '1' });
    expect((await guest.get('/')).text).not.toContain('<img class="logo-light"');
  });
});

describe('features', () => {
  test('what is switched off is gone from the navigation, and a page of it answers as if it were not there', async () => {
    const features = world.get(Features);
    if (features.all().every(({ name }) => name !== 'tickets')) {
      features.declare({
        name: 'tickets',
        label: 'settings.nav',
        description: 'settings.nav',
        icon: 'ticket',
        order: 1,
        byDefault: true,
      });
    }
    const entries = features.all();
    expect(entries.map(({ name }) => name)).toContain('tickets');
    const customer = await (await acme.customer('Bea')).browser();
    expect((await customer.get('/tickets')).status).toBe(200);
    expect((await team.post('/console/settings/features', { account: '1' })).status).toBe(303);
    const off = await customer.get('/tickets');
    expect([off.status, off.text.includes('“Tickets” is turned off')]).toEqual([404, true]);
    expect((await customer.get('/')).text).not.toContain('href="/tickets');
    expect((await team.get('/console/tickets')).text).toContain('Settings → Features');
    await team.post('/console/settings/features', Object.fromEntries(entries.map(({ name }) => [name, '1'])));
    expect((await customer.get('/tickets')).status).toBe(200);
  });
});

describe('the portal’s state', () => {
  const path = '/console/settings/portal';
  const change = (status: string, message = '') => team.post(path, { status, message });

  test.each(['maintenance', 'disabled'])(
    '%s: customers see the message in the portal’s look, the team works on',
    async (status) => {
      await change(status, 'Back at <noon>\n\nThe team');
      const page = await guest.get('/');
      expect(page.status).toBe(503);
      expect(page.text).toContain('Back at &lt;noon&gt;');
      expect(page.text).toContain('Acme Works');
      expect((await guest.get('/theme.css')).status).toBe(200);
      expect((await (await acme.customer('Cid')).tenant.visitor().get('/tickets')).status).toBe(503);
      expect((await team.get(path)).status).toBe(200);
      expect((await team.get('/')).status).toBe(200);
      const door = await acme.visitor().get('/sign-in');
      expect([door.status, door.text.includes('/register')]).toEqual(
        status === 'disabled' ? [503, false] : [200, true],
      );
      if (status === 'disabled') expect(door.text).toContain('href="/console/sign-in"');
      expect((await acme.visitor().get('/console/sign-in')).status).toBe(200);
      await change('active');
      expect((await guest.get('/')).status).toBe(200);
    },
  );

  test('a message that is too long and a state that is none stay in the form', async () => {
    const answer = await change('open', 'x'.repeat(501));
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('x'.repeat(501));
    expect((await guest.get('/')).status).toBe(200);
  });

  test('saying it worked', async () => {
    await change('active');
    expect(await flashOf(team, path)).toBe('Saved.');
  });
});

describe('home', () => {
  const nobody: Actor = { kind: 'guest', id: null, name: '', ability: abilityOf(() => undefined) };

  test('features fill it: search, at most three things to do, sections', async () => {
    const home = world.get(PortalHome);
    const action = (n: number) => ({ href: `/do/${n}`, label: 'settings.saved', text: 'settings.nav', icon: 'plus' });
    world.get(Slots).fill(homeSections, 1, {
      feature: 'oracle',
      actions: () => [1, 2, 3, 4].map(action),
      section: async () => ({ template: 'c/badge', view: { label: 'From a feature' } }),
    });
    const { text } = await guest.get('/');
    expect([...text.matchAll(/href="\/do\/\d"/g)]).toHaveLength(3);
    expect(text).toContain('From a feature');
    const nothing = await home.for(nobody, { t: (key) => key, locale: 'en' }, (feature) => feature !== 'oracle');
    expect(nothing.actions.filter(({ href }) => href.startsWith('/do/'))).toEqual([]);
  });

  test('a warm page of a guest costs no statement of settings', async () => {
    const { observeSql } = await import('@foyer/database');
    await guest.get('/');
    const seen: string[] = [];
    const stop = observeSql((text: string) => void seen.push(text));
    await guest.get('/');
    stop();
    expect(seen.filter((text) => /"setting"|template_override/.test(text))).toEqual([]);
  });
});

test('every component shows on its page, in development', async () => {
  expect((await team.get('/console/components')).status).toBe(200);
});

test('an error page is in the portal’s brand and language', async () => {
  const page = await guest.get('/nowhere?lang=ar');
  expect(page.status).toBe(404);
  expect(page.text).toContain('dir="rtl"');
  expect(page.text).toContain('Acme Works');
});

describe('what the law wants said', () => {
  test('stands at the foot of every page and for everybody, as a text or as an address', async () => {
    expect((await guest.get('/legal/imprint')).status).toBe(404);
    const terms = 'https://acme.example/terms';
    const saved = await team.post('/console/settings/legal', {
      ...{ imprint: '**Acme Ltd**\n\n1 Mill Lane', privacy: '<script>alert(1)</script>' },
      // As people say an address.
      terms: 'acme.example/terms',
    });
    expect(saved.status).toBe(303);
    for (const path of ['/', '/sign-in']) {
      const { text } = await guest.get(path);
      for (const href of ['/legal/imprint', '/legal/privacy', terms]) expect(text).toContain(`href="${href}"`);
      expect(text).toMatch(/<meta name="description" content="[^"]*Acme/);
    }
    expect((await guest.get('/legal/imprint')).text).toContain('<strong>Acme Ltd</strong>');
    expect((await guest.get('/legal/privacy')).text).not.toContain('<script>alert');
    expect((await guest.get('/legal/terms')).get('Location')).toBe(terms);
    expect((await guest.get('/legal/constructor')).status).toBe(404);
  });

  test('is said in the reader’s language where it is written in it', async () => {
    const before = await inAcme(() => settings().get('general'));
    await inAcme(() => settings().apply('general', { locales: ['en', 'de', 'ar'], defaultLocale: 'en' }));
    const written = { imprint: 'Acme Ltd', privacy: 'We keep little.', terms: '' };
    await team.post('/console/settings/legal', written);
    const page = await team.get('/console/settings/legal?language=de');
    for (const words of ['English', 'Deutsch', 'العربية']) expect(page.text).toContain(words);
    expect(page.text).not.toContain('We keep little.');
    const german = { language: 'de', imprint: '', privacy: 'Wir behalten wenig.', terms: 'Es gilt, was gilt.' };
    expect((await team.post('/console/settings/legal', german)).get('Location')).toContain('language=de');
    const said = async (path: string, language: string) =>
      (await acme.visitor().get(path, { 'Accept-Language': language })).text;
    expect(await said('/legal/privacy', 'de')).toContain('Wir behalten wenig.');
    expect(await said('/legal/imprint', 'de')).toContain('Acme Ltd');
    expect(await said('/legal/privacy', 'ar')).toContain('We keep little.');
    expect(await said('/', 'de')).toContain('href="/legal/terms"');
    expect(await said('/', 'en')).not.toContain('href="/legal/terms"');
    // Another main language changes nobody's text, and each is found under its own.
    const general = { name: 'Acme Works', contact: '', supportEmail: '', timeZone: 'UTC', locales: ['en', 'de', 'ar'] };
    expect((await team.post('/console/settings/general', { ...general, defaultLocale: 'de' })).status).toBe(303);
    expect(await said('/legal/privacy', 'de')).toContain('Wir behalten wenig.');
    expect(await said('/legal/privacy', 'en')).toContain('We keep little.');
    expect((await team.get('/console/settings/legal')).text).toContain('We keep little.');
    expect((await team.get('/console/settings/legal?language=de')).text).toContain('Wir behalten wenig.');
    await inAcme(() => settings().apply('general', before));
  });
});

test('the start of the settings says what the business has signed up for, and until when it is tried for free', async () => {
  const { text } = await team.get('/console/settings');
  expect(text).toContain('Team plan');
  expect(text).toMatch(/Free trial until\s+<?[^<]*20\d\d/);
});
