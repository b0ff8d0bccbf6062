import { wcagContrast } from 'culori';
import fc from 'fast-check';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  completeSettings,
  contrastReport,
  nearestPassing,
  palette,
  settingsSchema,
  Themes,
  type ThemeSetting,
} from '../src/index.js';
import { readableOn } from '../src/colours.js';
import { manifest, sourceOf, sweep, tenant, tenantsFolder } from './workshop.js';

afterAll(sweep);

const colour = (name: string, role: string, value: string) => ({
  name,
  role,
  type: 'colour',
  default: value,
  label: 'l',
  group: 'g',
});
const declared = [
  colour('primary', 'brand', '#2a55d5'),
  colour('secondary', 'accent', '#0f766e'),
  colour('background', 'surface', '#ffffff'),
  colour('text', 'text', '#171a21'),
  {
    name: 'radius',
    type: 'choice',
    property: '--radius',
    default: 'm',
    label: 'l',
    group: 'g',
    options: [
      { value: 'm', label: 'l', css: '6px' },
      { value: 'n', label: 'l', css: '0px' },
    ],
  },
  { name: 'showFooter', type: 'switch', default: true, label: 'l', group: 'g' },
  { name: 'motto', type: 'text', default: '', maxlength: 10, label: 'l', group: 'g' },
  { name: 'picture', type: 'image', default: null, label: 'l', group: 'g' },
] as ThemeSetting[];
const settingsOf = (given: object = {}) => completeSettings(declared, given as Record<string, unknown>);
const hex = fc.integer({ min: 0, max: 0xffffff }).map((n) => `#${n.toString(16).padStart(6, '0')}`);

describe('typed settings', () => {
  test('are validated by what the manifest declares', () => {
    const schema = settingsSchema(declared);
    expect(schema.parse({ primary: '#ABCDEF', showFooter: false })).toMatchObject({
      primary: '#abcdef',
      showFooter: false,
      radius: 'm',
    });
    for (const wrong of [
      { primary: 'red' },
      { primary: '#fff;}body{' },
      { radius: 'huge' },
      { showFooter: 'no' },
      { motto: 'x'.repeat(11) },
      { picture: '/etc/passwd' },
      { unknown: 1 },
    ]) {
      expect(schema.safeParse(wrong).success).toBe(false);
    }
  });

  test('stored ones that today’s theme does not accept fall back to their default', () => {
    expect(settingsOf({ primary: 'red', radius: 'n', gone: 1, __proto__: { showFooter: false } })).toMatchObject({
      primary: '#2a55d5',
      radius: 'n',
      showFooter: true,
    });
  });

  test.each([
    ['a default outside its options', { settings: [{ ...declared[4], default: 'x' }] }, /default of "radius"/],
    ['a setting declared twice', { settings: [declared[0], declared[0]] }, /declared twice/],
    ['a colour that is none', { settings: [{ ...declared[0], default: 'red' }] }, /such as #1d4ed8/],
    ['a property that is none', { settings: [{ ...declared[4], property: 'color' }] }, /custom property/],
  ])('a manifest with %s names its file and fault', async (_, extra, message) => {
    const themes = new Themes({ tenantsDir: tenantsFolder({}, { 'default/theme/manifest.json': manifest(extra) }) });
    await expect(themes.look()).rejects.toThrow(message);
    await expect(themes.look()).rejects.toThrow(/manifest\.json/);
  });
});

describe('colours', () => {
  test('whatever the colour, text on it passes AA', () => {
    fc.assert(fc.property(hex, (background) => wcagContrast(readableOn(background), background) >= 4.5));
  });

  test('the nearest passing colour passes, and is the colour itself when that does', () => {
    fc.assert(
      fc.property(hex, hex, fc.constantFrom(3, 4.5), (foreground, background, ratio) => {
        const found = nearestPassing(foreground, background, ratio);
        expect(wcagContrast(found, background)).toBeGreaterThanOrEqual(ratio);
        if (wcagContrast(foreground, background) >= ratio) expect(found).toBe(foreground);
      }),
    );
  });

  test('keeps the hue: a yellow brand becomes a dark yellow, not black', () => {
    expect(nearestPassing('#ffd400', '#ffffff', 4.5)).toMatch(/^#[5-9a]...../);
    expect(nearestPassing('#ffd400', '#ffffff', 4.5)).not.toMatch(/^#0000|^#(..)\1\1$/);
  });

  test('whatever is chosen, computed colours pass AA by day and by night', () => {
    fc.assert(
      fc.property(hex, hex, hex, hex, (primary, secondary, background, text) => {
        const { light, dark } = palette(declared, settingsOf({ primary, secondary, background, text }));
        for (const scheme of [light, dark]) {
          expect(wcagContrast(scheme.brandContrast, scheme.brand)).toBeGreaterThanOrEqual(4.5);
          expect(wcagContrast(scheme.accentContrast, scheme.accent)).toBeGreaterThanOrEqual(4.5);
          expect(wcagContrast(scheme.brandText, scheme.surface)).toBeGreaterThanOrEqual(4.5);
          expect(wcagContrast(scheme.accentText, scheme.surface)).toBeGreaterThanOrEqual(4.5);
        }
        if (dark !== light) expect(wcagContrast(dark.text, dark.surface)).toBeGreaterThanOrEqual(4.5);
      }),
    );
  });

  test('the report says what fails and which colour would do', () => {
    const report = contrastReport(declared, settingsOf({ text: '#999999', primary: '#ffe066' }));
    const [text, brand, accent] = report;
    expect(text).toMatchObject({ pair: 'text-on-surface', setting: 'text', ratio: 2.84, required: 4.5, passes: false });
    expect(wcagContrast(text!.suggestion!, '#ffffff')).toBeGreaterThanOrEqual(4.5);
    expect(brand).toMatchObject({ pair: 'brand-on-surface', setting: 'primary', passes: false });
    expect(accent).toMatchObject({ passes: true, suggestion: null });
  });
});

describe('the stylesheet', () => {
  const tenantsDir = () =>
    tenantsFolder(
      {},
      {
        'default/theme/manifest.json': manifest({ settings: declared }),
        'default/theme/css/base/type.css': 'body { color: var(--text) }',
        'default/theme/css/components/deep/card.css': '.card { background: url("../../../assets/pic.png") }',
        'default/theme/assets/pic.png': 'png',
        'default/theme/icons/bell.svg': '<svg viewBox="0 0 1 1" stroke="currentColor"><path d="M0 0"/></svg>',
        'fancy/theme/manifest.json': manifest({ name: 'fancy', extends: 'default' }),
        'fancy/theme/css/theme/fancy.css': '.card { border: 0 }',
        'fancy/theme/icons/horn.svg': '<svg viewBox="0 0 2 2"></svg>',
      },
    );

  test('a tenant’s choices become custom properties, by day and by night', async () => {
    const each = tenant({ version: 'v7', settings: { primary: '#8b1a4a', radius: 'n' }, css: '.card { color: red }' });
    const themes = new Themes({ tenantsDir: tenantsDir(), source: sourceOf(each) });
    const { css, version } = await each.in(() => themes.stylesheet());
    // Its address follows from what it says: nothing else that is set up makes browsers load it again.
    expect((await each.in(() => themes.look())).stylesheets[1]).toBe(`/theme.css?v=${version}`);
    expect(css).toMatch(/^@layer base, components, theme, tenant;\n@layer tenant \{/);
    expect(css).toMatch(/--brand: (light-dark\()?#8b1a4a/);
    expect(css).toMatch(/--surface: light-dark\(#ffffff, #[0-2][0-9a-f]/);
    expect(css).toContain('--radius: 0px;');
    expect(css).toContain('color-scheme: light dark;');
    expect(css).toContain('@layer tenant {\n.card { color: red }\n}');
  });

  test('a dark portal is dark at any hour', async () => {
    const each = tenant({ settings: { background: '#101418', text: '#f0f0f0' } });
    const themes = new Themes({ tenantsDir: tenantsDir(), source: sourceOf(each) });
    const { css } = await each.in(() => themes.stylesheet());
    expect(css).toContain('color-scheme: dark;');
    expect(css).toContain('--surface: #101418;');
  });

  test('35: a stored setting that is no colour cannot write CSS', async () => {
    const each = tenant({ settings: { primary: 'red}body{display:none', radius: '0;}*{', motto: '</style>' } });
    const themes = new Themes({ tenantsDir: tenantsDir(), source: sourceOf(each) });
    const { css } = await each.in(() => themes.stylesheet());
    expect(css).not.toMatch(/display|\*\{|<\/style/);
  });

  test('theme CSS stands in its layers, a theme after those it extends, with hashed addresses', async () => {
    const each = tenant({ theme: 'fancy' });
    const themes = new Themes({ tenantsDir: tenantsDir(), source: sourceOf(each) });
    const look = await each.in(() => themes.look());
    expect(look.stylesheets).toEqual([
      expect.stringMatching(/^\/assets\/[0-9a-f]{12}\/theme\.css$/),
      expect.stringMatching(/^\/theme\.css\?v=[0-9a-f]{12}$/),
    ]);
    const css = (await themes.serveAsset(look.stylesheets[0]!))!.body.toString();
    expect(css.match(/@layer [a-z]+ \{/g)).toEqual(['@layer base {', '@layer components {', '@layer theme {']);
    expect(css).toMatch(/url\("\/assets\/[0-9a-f]{12}\/pic\.png"\)/);
    const plain = (await themes.look()).stylesheets[0]!;
    expect((await themes.serveAsset(plain))!.body.toString()).not.toContain('border: 0');
    expect(plain).not.toBe(look.stylesheets[0]);
  });

  test('the look tells the typed settings and the colours as values', async () => {
    const themes = new Themes({ tenantsDir: tenantsDir() });
    const { settings, palette: colours, themeColour } = await themes.look();
    expect(settings).toMatchObject({ showFooter: true, radius: 'm' });
    expect([colours.light.brand, themeColour]).toEqual(['#2a55d5', '#ffffff']);
  });
});

describe('assets', () => {
  const themes = () =>
    new Themes({
      tenantsDir: tenantsFolder(
        {},
        {
          'default/theme/assets/pic.png': 'png',
          'default/theme/assets/.env': 'secret',
          'default/theme/icons/bell.svg':
            '<svg xmlns="x" viewBox="0 0 1 1" stroke="currentColor">\n <path d="M0 0"/>\n</svg>',
          'default/theme/secret.txt': 'secret',
        },
      ),
    });

  test('an address with today’s hash may be kept for ever', async () => {
    const all = themes();
    const asset = await all.serveAsset(await all.assetUrl('pic.png'));
    expect(asset).toMatchObject({ type: 'image/png', cacheControl: 'public, max-age=31536000, immutable' });
    expect(asset!.body.toString()).toBe('png');
  });

  test('a page of the version before gets today’s file, for a minute', async () => {
    expect(await themes().serveAsset('/assets/000000000000/pic.png')).toMatchObject({
      cacheControl: 'public, max-age=60',
    });
  });

  test.each([
    '/assets/000000000000/none.png',
    '/assets/x/pic.png',
    '/assets/000000000000/../secret.txt',
    '/assets/000000000000/.env',
    '/assets/000000000000/%2e%2e/secret.txt',
    '/assets/000000000000/__proto__',
    '/assets/',
    '',
  ])('%s is not there', async (path) => {
    expect(await themes().serveAsset(path)).toBeNull();
  });

  test('icons become one sprite', async () => {
    const all = themes();
    const sprite = (await all.serveAsset(await all.assetUrl('icons.svg')))!;
    expect(sprite.type).toBe('image/svg+xml');
    expect(sprite.body.toString()).toContain(
      '<symbol id="bell" viewBox="0 0 1 1" stroke="currentColor"><path d="M0 0"/></symbol>',
    );
  });

  test('the client script is bundled', async () => {
    const all = themes();
    expect(await all.serveAsset(await all.assetUrl('page.js'))).toMatchObject({
      type: 'text/javascript; charset=utf-8',
    });
  });

  test('a theme without what a page asks for says so', async () => {
    await expect(themes().assetUrl('none.png')).rejects.toThrow(/No asset "none\.png"/);
  });
});

test('the default theme in this repository is whole', async () => {
  const themes = new Themes();
  const { settings, stylesheets } = await themes.look();
  expect(Object.keys(settings)).toEqual(
    expect.arrayContaining([
      'primary',
      'secondary',
      'background',
      'text',
      'logoPosition',
      'headerFixed',
      'showFooter',
      'font',
      'radius',
    ]),
  );
  expect(await themes.serveAsset(stylesheets[0]!)).not.toBeNull();
  expect(contrastReport(themes.theme('default').settings, settings).filter(({ passes }) => !passes)).toEqual([]);
});

test('a line in another script stays on the page’s side in Chromium and Safari too, which know the word by a prefix', () => {
  const cwd = join(import.meta.dirname, '../../../..', 'tenants');
  const bare = globSync('*/theme/css/**/*.css', { cwd }).filter((file) =>
    /(?<!text-align: -webkit-match-parent;[^}]*)text-align: match-parent/.test(readFileSync(join(cwd, file), 'utf8')),
  );
  expect(bare).toEqual([]);
});
