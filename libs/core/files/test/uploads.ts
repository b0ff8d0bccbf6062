import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, crc32 } from 'node:zlib';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type Config, ConfigModule } from '@foyer/config';
import { CredentialsModule, Session, Token } from '@foyer/credentials';
import { DatabaseModule } from '@foyer/database';
import { TenantDirectory } from '@foyer/tenancy';
import { freshTenant, TestDirectory } from '@foyer/app-cli/testing/database';
import { EntitlementsModule } from '@foyer/entitlements';
import { FilesModule, StoredFile } from '../src/index.js';

const directory = new TestDirectory();

@Global()
@Module({ providers: [{ provide: TenantDirectory, useValue: directory }], exports: [TenantDirectory] })
class Surroundings {}

export async function filing(config: Config, ...slugs: string[]) {
  const module = await Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(config),
      DatabaseModule.forRoot([StoredFile, Session, Token]),
      Surroundings,
      CredentialsModule,
      FilesModule,
      EntitlementsModule,
    ],
  }).compile();
  await module.init();
  const tenants = [];
  for (const slug of slugs) tenants.push(await freshTenant(config, slug));
  directory.tenants.push(...tenants);
  return { module, tenants, directory };
}

/** A file as a form brings it. */
export function upload(folder: string, name: string, content: Buffer | string) {
  const path = join(folder, randomUUID());
  writeFileSync(path, content);
  return { path, name, field: 'attachment' };
}

/** A zip file; an entry may lie about how large it is or where it lies, and the file about how many there are. */
export function zip(
  entries: { name: string; content: Buffer | string; claimedSize?: number; at?: number }[],
  claimedCount = entries.length,
): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content, claimedSize, at: claimedAt } of entries) {
    const raw = Buffer.from(content);
    const packed = deflateRawSync(raw);
    const size = claimedSize ?? raw.length;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt16LE(8, 8);
    local.writeUInt32LE(crc32(raw), 14);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(size, 22);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    local.copy(central, 6, 4, 30);
    central.writeUInt32LE(claimedAt ?? at, 42);
    directory.push(central, Buffer.from(name));
    bodies.push(local, Buffer.from(name), packed);
    at += 30 + Buffer.byteLength(name) + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(claimedCount & 0xffff, 8);
  end.writeUInt16LE(claimedCount & 0xffff, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, ...directory, end]);
}
