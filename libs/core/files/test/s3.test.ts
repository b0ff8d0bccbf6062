import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import S3rver from 's3rver';
import { Conflict } from '@foyer/access';
import { Database } from '@foyer/database';
import { inTenant, type Tenant } from '@foyer/tenancy';
import { freshDatabase } from '@foyer/app-cli/testing/database';
import { Files, StoredFile } from '../src/index.js';
import { filing, upload } from './uploads.js';

const folder = mkdtempSync(join(tmpdir(), 'foyer-s3-'));
const bucket = { S3_BUCKET: 'foyer', S3_ACCESS_KEY_ID: 'S3RVER', S3_SECRET_ACCESS_KEY: 'S3RVER' };

afterAll(() => rmSync(folder, { recursive: true }));

test('files in an S3-compatible bucket: stored, read in whole and in part, removed', async () => {
  const s3 = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: join(folder, 's3'),
    configureBuckets: [{ name: 'foyer', configs: [] }],
  });
  const { port } = await s3.run();
  const config = await freshDatabase({ ...bucket, S3_ENDPOINT: `http://127.0.0.1:${port}` });
  const { module, tenants } = await filing(config, 'acme');
  const files = module.get(Files);
  await inTenant(tenants[0] as Tenant, async () => {
    const file = await files.store(upload(folder, 'plan.txt', '0123456789'));
    expect((await buffer(await files.open(file))).toString()).toBe('0123456789');
    expect((await buffer(await files.open(file, { start: 2, end: 4 }))).toString()).toBe('234');
    await files.remove(file.id);
  });
  await module.close();
  await s3.close();
});

test('a bucket that answers 500: asked again, then a clear error and no row', async () => {
  let asked = 0;
  const broken = createServer((req, res) => {
    asked += 1;
    req.resume();
    res.writeHead(500).end();
  }).listen(0, '127.0.0.1');
  await once(broken, 'listening');
  const { port } = broken.address() as { port: number };
  const config = await freshDatabase({ ...bucket, S3_ENDPOINT: `http://127.0.0.1:${port}` });
  const { module, tenants } = await filing(config, 'broken');
  await inTenant(tenants[0] as Tenant, async () => {
    const error = await module
      .get(Files)
      .store(upload(folder, 'plan.txt', 'the plan'))
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Conflict);
    expect(await module.get(Database).read((em) => em.count(StoredFile))).toBe(0);
  });
  expect(asked).toBe(3);
  await module.close();
  broken.closeAllConnections();
  broken.close();
});
