import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { InvalidField } from '@foyer/access';
import { World } from '@foyer/app-cli/testing';
import type { Config } from '@foyer/config';
import { Database } from '@foyer/database';
import { Files } from '@foyer/files';
import { inTenant, type Tenant } from '@foyer/tenancy';
import { PackSections } from '@foyer/tenants';
import { Themes } from '@foyer/theming';
import { BrandPictures } from '../src/brand-pictures.js';
import { Settings } from '../src/index.js';
import { admin, svg, upload } from './portal.js';

let world: World;
let config: Config;
let acme: Tenant;
let globex: Tenant;

beforeAll(async () => {
  world = await World.start();
  ({ config } = world);
  acme = (await world.tenant('acme')).tenant;
  globex = (await world.tenant('globex')).tenant;
});

const inAcme = <T>(fn: () => T) => inTenant(acme, fn);
const keep = (content: Buffer | string, name = 'logo.svg', kind: 'logo' | 'favicon' = 'logo') =>
  inAcme(() => world.get(BrandPictures).keep(kind, upload(config, name, content), admin.id));
const drawn = async (content: Buffer | string, kind: 'logo' | 'favicon' = 'logo') => {
  const picture = await keep(content, 'x', kind);
  return { picture, png: await buffer(await inAcme(() => world.get(Files).open(picture))) };
};
const refusal = async (content: Buffer | string) => {
  const error = await keep(content).catch((caught: unknown) => caught);
  if (error instanceof InvalidField) return `${error.field}: ${error.code}`;
  throw error instanceof Error ? error : new Error('It was taken');
};

describe('36: what is kept of a logo is a PNG drawn anew, whatever came', () => {
  test('an SVG with scripts becomes pixels', async () => {
    const { png } = await drawn(
      svg('<script>alert(1)</script><rect width="400" height="100" fill="#c00" onload="alert(1)"/>'),
    );
    const { format, width, height } = await sharp(png).metadata();
    expect({ format, width, height }).toEqual({ format: 'png', width: 640, height: 160 });
    expect(png.toString('latin1')).not.toMatch(/script|alert/);
    const { dominant } = await sharp(png).stats();
    expect(dominant.r).toBeGreaterThan(190);
  });

  test('PNG and JPEG keep their shape and lose what is hidden in them', async () => {
    const jpeg = await sharp({ create: { width: 900, height: 300, channels: 3, background: '#0a0' } })
      .withExif({ IFD0: { Copyright: 'secret place' } })
      .jpeg()
      .toBuffer();
    const { picture, png } = await drawn(jpeg);
    expect([picture.width, picture.height]).toEqual([480, 160]);
    expect(png.toString('latin1')).not.toContain('secret place');
    const small = await sharp({ create: { width: 60, height: 20, channels: 4, background: '#00f8' } })
      .png()
      .toBuffer();
    expect((await drawn(small)).picture).toMatchObject({ width: 60, height: 20 });
  });

  test('an icon becomes a square', async () => {
    expect((await drawn(svg('<rect width="400" height="100"/>'), 'favicon')).picture).toMatchObject({
      width: 180,
      height: 180,
    });
  });

  test('48: an SVG fetches nothing and reads no file', async () => {
    let asked = 0;
    const trap = createServer((_, res) => res.end(String(asked++))).listen(0, '127.0.0.1');
    await once(trap, 'listening');
    const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/x.png`;
    const secret = join(config.dataDir, 'secret.svg');
    writeFileSync(secret, svg('<rect width="400" height="100" fill="#f00"/>'));
    const { png } = await drawn(
      svg(
        `<image xlink:href="${url}" width="9" height="9"/><image href="${pathToFileURL(secret).href}" width="400" height="100"/><style>@import url(${url});</style><use href="${pathToFileURL(secret).href}#a"/>`,
      ),
    );
    trap.close();
    expect(asked).toBe(0);
    expect((await sharp(png).stats()).channels[0]!.max).toBe(0);
  });

  test.each([
    ['nothing', ''],
    ['a text', 'hello'],
    ['HTML', '<html><svg></svg></html>'],
    ['entities', `<!DOCTYPE svg [<!ENTITY a "b">]>${svg('&a;')}`],
    ['entities further down', `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><!DOCTYPE x><rect/></svg>`],
    ['a GIF', Buffer.from('GIF89a')],
    ['half a PNG', Buffer.from('89504e470d0a1a0a0000', 'hex')],
    ['a PNG that would unfold to gigabytes', hugePng()],
    ['a broken SVG', '<svg xmlns="http://www.w3.org/2000/svg"><rect'],
    [
      'copies of copies of copies',
      svg(`<g id="g0"><rect width="1" height="1"/></g>${copiesOfCopies()}<use href="#g6"/>`),
    ],
    ['3 MB', Buffer.alloc(3 * 1024 * 1024)],
    ['comments without end', `<!--${'<!--'.repeat(400_000)}`],
  ])('%s is refused at its field', async (_, content) => {
    expect(await refusal(content)).toMatch(/^logo: settings\.picture\.(kind|size|unreadable)$/);
  });
});

describe('the pack’s settings.json', () => {
  const section = () =>
    world
      .get(PackSections)
      .inOrder()
      .find(({ name }) => name === 'settings')!;
  const apply = (content: object, folder: URL | null = null) =>
    inTenant(globex, () =>
      world.get(Database).write(() => section().apply(section().schema.parse(content), { folder })),
    );
  const settings = () => world.get(Settings);

  test('brings a tenant to the declared state, twice the same', async () => {
    const folder = join(config.dataDir, 'oasis');
    mkdirSync(join(folder, 'templates'), { recursive: true });
    writeFileSync(join(folder, 'logo.svg'), svg('<circle r="40" cx="50" cy="50"/>'));
    const content = {
      general: { name: 'Oasis', locales: ['ar', 'en'], defaultLocale: 'ar', timeZone: 'Asia/Riyadh' },
      branding: { settings: { primary: '#0B6E4F', radius: 'large', headerFixed: true }, logo: 'logo.svg' },
      features: { tickets: true, chat: false },
      portal: { message: 'Soon' },
    };
    await apply(content, pathToFileURL(`${folder}/`));
    const state = () =>
      inTenant(globex, async () => ({
        general: await settings().get('general'),
        branding: await settings().get('branding'),
        files: readdirSync(join(config.dataDir, 'files'), { recursive: true }).length,
      }));
    const first = await state();
    expect(first.general).toMatchObject({ name: 'Oasis', locales: ['ar', 'en'] });
    expect(first.branding).toMatchObject({
      pack: 'oasis',
      settings: { primary: '#0b6e4f', radius: 'large', headerFixed: true },
    });
    expect(first.branding.logo).toMatchObject({ width: 640, height: 160 });
    await apply(content, pathToFileURL(`${folder}/`));
    expect(await state()).toEqual(first);
  });

  test('adds to the packs below it', async () => {
    await apply({ branding: { settings: { primary: '#123456' } } });
    expect((await inTenant(globex, () => settings().get('branding'))).settings).toMatchObject({
      primary: '#123456',
      radius: 'large',
    });
    const { css } = await inTenant(globex, () => world.get(Themes).stylesheet());
    expect(css).toContain('#123456');
  });

  test('that says nothing writes nothing', async () => {
    const tenant = (await world.tenant('initech')).tenant;
    const stored = await inTenant(tenant, () =>
      world
        .get(Database)
        .read((em) =>
          em.execute(
            `select key from "${tenant.schema}".setting where key in ('general', 'branding', 'features', 'portal')`,
          ),
        ),
    );
    expect(stored).toEqual([]);
  });

  test.each([
    [{ branding: { settings: { primary: 'red' } } }],
    [{ branding: { settings: { shade: 'x' } } }],
    [{ branding: { logo: '../../etc/passwd' } }],
    [{ branding: { logo: 'logo.svg' } }],
    [{ general: { nmae: 'x' } }],
    [{ portal: { status: 'open' } }],
    [{ setings: {} }],
  ])('%j is refused and changes nothing', async (content) => {
    const before = await inTenant(globex, () => settings().get('branding'));
    await expect((async () => apply(content))()).rejects.toThrow();
    expect(await inTenant(globex, () => settings().get('branding'))).toEqual(before);
  });
});

/** 60,000 × 60,000 pixels by its header. */
function hugePng(): Buffer {
  const header = Buffer.alloc(33);
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(header);
  header.writeUInt32BE(60_000, 16);
  header.writeUInt32BE(60_000, 20);
  header.set([8, 6, 0, 0, 0], 24);
  return header;
}

/** Six layers of ten copies each of the one before: a million rectangles. */
function copiesOfCopies(): string {
  const layer = (n: number) => `<g id="g${n + 1}">${`<use href="#g${n}"/>`.repeat(10)}</g>`;
  return Array.from({ length: 6 }, (_, n) => layer(n)).join('');
}
