import { existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { TestingModule } from '@nestjs/testing';
import express from 'express';
import sharp from 'sharp';
import request from 'supertest';
import { Conflict, InvalidField, NotFound, TooMany } from '@foyer/access';
import type { Config } from '@foyer/config';
import { Limits, passwordMatches } from '@foyer/credentials';
import { Database } from '@foyer/database';
import { inTenant, type Tenant } from '@foyer/tenancy';
import { freshDatabase } from '@foyer/app-cli/testing/database';
import { UPLOADS_OF_ONE } from '../src/files.js';
import { Files, FileServer, type StoreOptions, StoredFile } from '../src/index.js';
import { filing, upload, zip } from './uploads.js';

let config: Config;
let module: TestingModule;
let files: Files;
let acme: Tenant;
let globex: Tenant;
let tenants: Tenant[];
let host: Server;
const folder = mkdtempSync(join(tmpdir(), 'foyer-uploads-'));

beforeAll(async () => {
  config = await freshDatabase({ UPLOAD_LIMIT_MB: '2', FILES_QUOTA_MB: '3', MAILS_QUOTA_MB: '1', POOL_SIZE: '20' });
  const made = await filing(config, 'acme', 'globex');
  module = made.module;
  tenants = made.directory.tenants;
  [acme, globex] = made.tenants as [Tenant, Tenant];
  files = module.get(Files);
  const app = express().use((req, res) => void module.get(FileServer).serve(req, res));
  host = createServer(app).listen(0, '127.0.0.1');
});
afterEach(async () => {
  for (const tenant of [acme, globex]) {
    await inTenant(tenant, () => module.get(Database).write((em) => em.nativeDelete(StoredFile, {})));
  }
  rmSync(join(config.dataDir, 'files'), { recursive: true, force: true });
});
afterAll(async () => {
  host.close();
  await module.close();
  rmSync(folder, { recursive: true });
});

const store = (name: string, content: Buffer | string, options?: StoreOptions, tenant = acme) =>
  inTenant(tenant, () => files.store(upload(folder, name, content), options));
const refusal = async (name: string, content: Buffer | string, options?: StoreOptions) => {
  const error = await store(name, content, options).catch((caught: unknown) => caught);
  if (error instanceof InvalidField) return `${error.field}: ${error.code}`;
  throw error instanceof Error ? error : new Error('It was taken');
};
/** Where the system tells; elsewhere nothing is seen to be open. */
function isOpen(fd: string, key: string): boolean {
  try {
    return readlinkSync(fd).endsWith(key);
  } catch {
    return false;
  }
}

const stored = () =>
  existsSync(join(config.dataDir, 'files'))
    ? readdirSync(join(config.dataDir, 'files'), { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      )
    : [];
const rows = (tenant = acme) => inTenant(tenant, () => module.get(Database).read((em) => em.count(StoredFile)));

const picture = (width = 40, height = 20) => sharp({ create: { width, height, channels: 3, background: 'teal' } });
const pdf = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF');

describe('storing', () => {
  test('keeps content and row, readable again, under a key of the tenant', async () => {
    const file = await store('plan.txt', 'the plan');
    expect(file).toMatchObject({ name: 'plan.txt', type: 'text/plain', size: 8, createdBy: null });
    expect(file.storageKey).toBe(`${acme.schema}/${file.id.slice(-2)}/${file.id}`);
    await inTenant(acme, async () => expect((await buffer(await files.open(file.id))).toString()).toBe('the plan'));
    expect(stored()).toHaveLength(1);
  });

  test('calls a picture what it is, and gives an ending to what has none, whoever sends it', async () => {
    const png = await picture().png().toBuffer();
    expect(await store('photo.jpg', png)).toMatchObject({ name: 'photo.png', type: 'image/png' });
    expect(await store('README', 'text')).toMatchObject({ name: 'README.txt', type: 'text/plain' });
  });

  test('is poured out to whoever is still there, and nothing stays open for who has left', async () => {
    const file = await store('plan.txt', 'the plan');
    const openHandles = () =>
      (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd') : []).filter((fd) =>
        isOpen(`/proc/self/fd/${fd}`, file.storageKey),
      );
    const gone = new PassThrough();
    gone.destroy();
    await inTenant(acme, () => files.send(file, gone));
    const here = new PassThrough();
    const [, content] = await Promise.all([inTenant(acme, () => files.send(file, here)), buffer(here)]);
    expect(content.toString()).toBe('the plan');
    for (let tries = 0; openHandles().length > 0 && tries < 100; tries++) await new Promise(setImmediate);
    expect(openHandles()).toEqual([]);
  });

  test('another tenant does not find it', async () => {
    const { id } = await store('plan.txt', 'the plan');
    await expect(inTenant(globex, () => files.open(id))).rejects.toBeInstanceOf(NotFound);
  });

  test('removing takes content and row', async () => {
    const { id } = await store('plan.txt', 'the plan');
    await inTenant(acme, () => files.remove(id));
    await expect(inTenant(acme, () => files.find(id))).rejects.toBeInstanceOf(NotFound);
    for (let tries = 0; stored().length > 0 && tries < 50; tries++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(stored()).toEqual([]);
  });
});

describe('what is refused (security 52)', () => {
  test.each<[string, string, Buffer | string]>([
    ['a program', 'setup.exe', Buffer.from('MZ\u0090\u0000')],
    ['a page', 'page.html', '<h1>Hi</h1>'],
    ['SVG, which can script', 'logo.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['a second ending that counts', 'plan.pdf.exe', pdf],
    ['an ending turned around by RLO', 'exe.plan\u202efdp.exe', pdf],
  ])('%s', async (_what, name, content) => {
    expect(await refusal(name, content)).toBe('attachment: files.refused.kind');
  });

  test.each<[string, string, () => Promise<Buffer> | Buffer]>([
    ['a PDF called picture', 'photo.png', () => pdf],
    ['a picture called PDF', 'plan.pdf', () => picture().png().toBuffer()],
    ['a program called text', 'notes.txt', () => Buffer.from('MZ\u0000\u0003\u0000')],
    ['bytes called text', 'notes.txt', () => Buffer.from([1, 0, 2, 0, 3])],
    ['a zip called Word', 'letter.docx', () => zip([{ name: 'a.txt', content: 'a' }])],
    ['a picture that breaks off', 'photo.png', async () => (await picture(400, 400).png().toBuffer()).subarray(0, 120)],
    ['a zip that breaks off', 'files.zip', () => zip([{ name: 'a.txt', content: 'a' }]).subarray(0, -10)],
  ])('%s', async (_what, name, content) => {
    expect(await refusal(name, await content())).toBe('attachment: files.refused.content');
    expect(stored()).toEqual([]);
  });

  test('what is empty or too large', async () => {
    expect(await refusal('a.txt', '')).toBe('attachment: files.refused.empty');
    expect(await refusal('a.txt', 'x'.repeat(2 * 1024 * 1024 + 1))).toBe('attachment: files.refused.size');
    expect(await refusal('a.txt', 'x'.repeat(101), { maxBytes: 100 })).toBe('attachment: files.refused.size');
  });

  test('a picture with more pixels than allowed, however few bytes', async () => {
    expect(await refusal('big.png', await picture(5_000, 5_000).png().toBuffer(), { maxPixels: 20_000_000 })).toBe(
      'attachment: files.refused.pixels',
    );
    expect((await store('fits.png', await picture(100, 100).png().toBuffer(), { maxPixels: 10_000 })).type).toBe(
      'image/png',
    );
  });

  test('a zip that unpacks to too much, has too many entries, or holds another one', async () => {
    const bomb = zip([{ name: 'zeros', content: Buffer.alloc(1.5 * 1024 * 1024) }]);
    expect(await refusal('bomb.zip', bomb)).toBe('attachment: files.refused.archive');
    const many = zip(Array.from({ length: 10_001 }, (_, n) => ({ name: `${n}.txt`, content: '' })));
    expect(await refusal('many.zip', many)).toBe('attachment: files.refused.archive');
    expect(await refusal('nested.zip', zip([{ name: 'in/inner.ZIP', content: zip([]) }]))).toBe(
      'attachment: files.refused.archive',
    );
    expect((await store('fine.zip', zip([{ name: 'a.txt', content: 'hello' }]))).type).toBe('application/zip');
  });

  test('what the form does not want', async () => {
    expect(await refusal('plan.pdf', pdf, { allow: ['image'] })).toBe('attachment: files.refused.kind');
    expect((await store('plan.pdf', pdf, { allow: ['image', 'pdf'] })).type).toBe('application/pdf');
  });
});

describe('57: archives are walked, not believed', () => {
  const zeros = Buffer.alloc(1.5 * 1024 * 1024);
  const small = Array.from({ length: 5 }, (_, n) => ({ name: `${n}.txt`, content: 'x' }));
  test.each<[string, string, () => Buffer]>([
    ['a bomb that calls itself small', 'archive', () => zip([{ name: 'zeros', content: zeros, claimedSize: 10 }])],
    ['a size that is not so', 'content', () => zip([{ name: 'a.txt', content: 'hello', claimedSize: 6 }])],
    ['more entries than it says', 'content', () => zip(small, 1)],
    ['fewer entries than it says', 'content', () => zip(small, 6)],
    [
      'more entries than may be, which it says are few',
      'archive',
      () =>
        zip(
          Array.from({ length: 10_001 }, (_, n) => ({ name: `${n}.txt`, content: '' })),
          1,
        ),
    ],
    [
      'entries that share their bytes',
      'content',
      () =>
        zip([
          { name: 'a.txt', content: 'hello' },
          { name: 'a.txt', content: 'hello', at: 0 },
        ]),
    ],
    ['an entry beyond the end', 'content', () => zip([{ name: 'a.txt', content: 'hello', at: 5_000 }])],
    [
      'an archive by another name',
      'archive',
      () => zip([{ name: 'harmless.txt', content: zip([{ name: 'x', content: 'x' }]) }]),
    ],
    ['something behind its end', 'content', () => Buffer.concat([zip(small), Buffer.from('more')])],
  ])('%s', async (_what, code, make) => {
    expect(await refusal('files.zip', make())).toBe(`attachment: files.refused.${code}`);
  });

  test('a document that is a bomb', async () => {
    const types = { name: '[Content_Types].xml', content: '<Types/>' };
    const bomb = zip([types, { name: 'word/document.xml', content: zeros, claimedSize: 10 }]);
    expect(await refusal('letter.docx', bomb)).toMatch(/refused/);
  });
});

describe('57: pictures that are small to send and large to draw', () => {
  const small = (background: string) => sharp({ create: { width: 16, height: 16, channels: 3, background } });
  const frames = async (count: number) => {
    const all = Array.from({ length: count }, (_, n) =>
      small(n % 2 ? 'teal' : 'red')
        .png()
        .toBuffer(),
    );
    return sharp(await Promise.all(all), { join: { animated: true } });
  };
  /** Writes a width and height into the header of a small picture: what is refused by its header needs no more. */
  const claiming = (content: Buffer, write: (header: Buffer) => void) => {
    write(content);
    return content;
  };
  test.each([
    [
      'many-frames.gif',
      async () =>
        claiming(await (await frames(60)).gif().toBuffer(), (gif) => {
          gif.writeUInt16LE(1_000, 6);
          gif.writeUInt16LE(1_000, 8);
        }),
    ],
    [
      'many-frames.webp',
      async () =>
        claiming(await (await frames(60)).webp({ effort: 0 }).toBuffer(), (webp) => {
          webp.writeUIntLE(999, 24, 3);
          webp.writeUIntLE(999, 27, 3);
        }),
    ],
    [
      'wide.avif',
      async () =>
        claiming(await small('red').avif({ effort: 0 }).toBuffer(), (avif) => {
          avif.writeUInt32BE(5_000, avif.indexOf('ispe') + 8);
          avif.writeUInt32BE(5_000, avif.indexOf('ispe') + 12);
        }),
    ],
    [
      'wide.jpg',
      async () =>
        claiming(await small('red').jpeg().toBuffer(), (jpeg) => {
          jpeg.writeUInt16BE(8_000, jpeg.indexOf(Buffer.from([0xff, 0xc0])) + 5);
          jpeg.writeUInt16BE(8_000, jpeg.indexOf(Buffer.from([0xff, 0xc0])) + 7);
        }),
    ],
    [
      'wide.webp',
      async () =>
        claiming(await small('red').webp({ effort: 0 }).toBuffer(), (webp) => {
          webp.writeUInt16LE(8_000, 26);
          webp.writeUInt16LE(8_000, 28);
        }),
    ],
  ])('%s is refused by its header', async (name, make) => {
    expect(await refusal(name, await make())).toBe('attachment: files.refused.pixels');
  });

  test('passwords are checked and files are read while pictures are drawn, which none of our own threads does', async () => {
    const large = await picture(1_500, 1_500).avif({ effort: 0 }).toBuffer();
    let drawing = true;
    const spent = process.cpuUsage();
    const drawn = Promise.all([1, 2, 3, 4, 5].map((n) => store(`${n}.avif`, large))).finally(() => (drawing = false));
    let meanwhile = 0;
    while (drawing) {
      await passwordMatches(null, 'a password');
      meanwhile += 1;
    }
    await drawn;
    const { user } = process.cpuUsage(spent);
    expect(meanwhile).toBeGreaterThan(10);
    // Passwords take a tenth of a second at most; what else was spent was spent elsewhere.
    expect(user / 1e6).toBeLessThan(meanwhile * 0.15 + 2);
  });
});

describe('pictures', () => {
  test('lose where and by whom they were taken, and stand upright (security 52, ASVS 14.2.8)', async () => {
    const gps = {
      IFD0: { Make: 'Spycam', Artist: 'Ana' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' },
    };
    const original = await picture(40, 20)
      .withExif(gps)
      .withMetadata({ orientation: 6, exif: gps } as never)
      .jpeg()
      .toBuffer();
    expect((await sharp(original).metadata()).exif?.includes('Spycam')).toBe(true);
    const { id, type, size } = await store('photo.jpg', original);
    const kept = await inTenant(acme, async () => buffer(await files.open(id)));
    const { exif, width, height, orientation } = await sharp(kept).metadata();
    expect({ exif, width, height, orientation: orientation ?? 1 }).toEqual({
      exif: undefined,
      width: 20,
      height: 40,
      orientation: 1,
    });
    expect(kept.includes('Spycam')).toBe(false);
    expect([type, size]).toEqual(['image/jpeg', kept.length]);
  });

  test('lose what was hidden behind them', async () => {
    const { id } = await store(
      'photo.png',
      Buffer.concat([await picture().png().toBuffer(), Buffer.from('<script>alert(1)</script>')]),
    );
    expect((await inTenant(acme, async () => buffer(await files.open(id)))).includes('script')).toBe(false);
  });

  test.each(['gif', 'webp', 'avif'] as const)('%s stays what it is', async (format) => {
    const file = await store(`photo.${format}`, await picture().toFormat(format).toBuffer());
    expect(file.type).toBe(`image/${format}`);
  });
});

test('58: uploads are counted, for each person and for the tenant', async () => {
  const person = '0190f000-0000-7000-8000-00000000abcd';
  await inTenant(acme, async () => {
    for (let n = 0; n < UPLOADS_OF_ONE.points; n += 1) await module.get(Limits).count(UPLOADS_OF_ONE, person);
  });
  await expect(store('a.txt', 'words', { createdBy: person })).rejects.toBeInstanceOf(TooMany);
  await expect(store('a.txt', 'words', { createdBy: person }, globex)).resolves.toBeDefined();
  await expect(store('a.txt', 'words', { createdBy: person, byMail: true })).resolves.toBeDefined();
});

describe('when something fails', () => {
  test('the quota holds, also for many at once (security 41, 52)', async () => {
    const megabyte = 'x'.repeat(1024 * 1024);
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => store(`${n}.txt`, megabyte)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'files.quota' });
    expect([await rows(), stored().length]).toEqual([3, 3]);
    expect((await store('other.txt', 'hello', {}, globex)).size).toBe(5);
    // What comes by mail has a space of its own, and fills no other.
    const mailed = { byMail: true };
    expect((await store('mail.txt', megabyte, mailed)).byMail).toBe(true);
    await expect(store('mail.txt', megabyte, mailed)).rejects.toMatchObject({ code: 'files.quota' });
  });

  test('a failing row leaves no content', async () => {
    const failing = inTenant(acme, () =>
      module.get(Database).write(async (em) => {
        await em.execute('set local statement_timeout = 1');
        await em.execute('select pg_catalog.pg_sleep(1)').catch(() => undefined);
        return files.store(upload(folder, 'plan.txt', 'the plan'));
      }),
    );
    await expect(failing).rejects.toThrow();
    expect([await rows(), stored().length]).toEqual([0, 0]);
  });

  test('a disk that cannot be written: a clear error, no row, nothing half-written', async () => {
    mkdirSync(config.dataDir, { recursive: true });
    // A file where a folder should be fails for root too, as a full disk would.
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(config.dataDir, 'files'), '');
    const error = await store('plan.txt', 'the plan').catch((caught: unknown) => caught);
    rmSync(join(config.dataDir, 'files'));
    expect(error).toBeInstanceOf(Conflict);
    expect(error).toMatchObject({ code: 'files.storage-failed' });
    expect(await rows()).toBe(0);
  });
});

describe('serving (security 1, 36, 53)', () => {
  const get = (url: string) => request(host).get(url.slice(url.indexOf('/', 8)));
  const link = async (name: string, content: Buffer | string, seconds = 60) => {
    const file = await store(name, content);
    return inTenant(acme, () => files.signedUrl(file, seconds));
  };

  test('as attachment, from the host for files, where nothing runs', async () => {
    const url = await link('Büro.txt', '<script>alert(1)</script>');
    expect(url).toMatch(/^http:\/\/files\.localhost:3000\/t_/);
    const answer = await get(url).expect(200);
    expect(answer.text).toBe('<script>alert(1)</script>');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="Buro.txt"; filename*=UTF-8''B%C3%BCro.txt`,
      'content-security-policy': expect.stringMatching(/^sandbox; default-src 'none'/) as string,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
    });
    expect(answer.headers['cache-control']).toMatch(/^private, max-age=\d+, immutable$/);
  });

  test('not with a changed signature, expiry, file or tenant', async () => {
    const url = await link('plan.txt', 'the plan');
    const other = await store('other.txt', 'other');
    const [expires, signature] = [/e=(\d+)/.exec(url)![1]!, /s=([^&]+)/.exec(url)![1]!];
    for (const changed of [
      url.replace(signature, signature.split('').reverse().join('')),
      url.replace(`&s=${signature}`, ''),
      url.replace(expires, String(Number(expires) + 3600)),
      url.replace(acme.schema, globex.schema),
      url.replace(/[0-9a-f-]{36}/, other.id),
      url.replace('?', `?e=${Number(expires) + 3600}&`),
    ]) {
      await get(changed).expect(404);
    }
  });

  test('not after it has expired', async () => {
    const url = await link('plan.txt', 'the plan', 1);
    await get(url).expect(200);
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    await get(url).expect(404);
  });

  test('not from a suspended tenant (security 10)', async () => {
    const url = await link('plan.txt', 'the plan');
    const at = tenants.indexOf(acme);
    tenants[at] = { ...acme, status: 'suspended' };
    await get(url).expect(404);
    tenants[at] = acme;
    await get(url).expect(200);
  });

  test('one address for a while, so that it can be cached', async () => {
    const file = await store('plan.txt', 'the plan');
    const [one, two] = await inTenant(acme, async () => {
      const first = files.signedUrl(file, 3600);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return [first, files.signedUrl(file, 3600)];
    });
    expect(one).toBe(two);
    const { headers } = await get(one!).expect(200);
    await get(one!)
      .set('If-None-Match', headers['etag'] as string)
      .expect(304);
  });

  test('in parts, for players', async () => {
    const url = await link('plan.txt', '0123456789');
    const part = await get(url).set('Range', 'bytes=2-5').expect(206);
    expect([part.text, part.headers['content-range']]).toEqual(['2345', 'bytes 2-5/10']);
    expect((await get(url).set('Range', 'bytes=-3').expect(206)).text).toBe('789');
    await get(url).set('Range', 'bytes=99-').expect(416);
    await get(url).set('Range', 'bytes=x').expect(200);
  });

  test('nothing else', async () => {
    await get('http://files/').expect(404);
    await get('http://files/..%2f..%2fsecret').expect(404);
    await request(host).post('/').expect(405);
    expect((await get('http://files/')).headers['cache-control']).toBe('no-store');
  });

  test('content that has vanished says so without a path', async () => {
    const url = await link('plan.txt', 'the plan');
    rmSync(join(config.dataDir, 'files'), { recursive: true });
    const answer = await get(url).expect(503);
    expect(answer.text).not.toContain(config.dataDir);
  });
});
