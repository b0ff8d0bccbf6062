import { Global, Module } from '@nestjs/common';
import { TenantDirectory } from '@foyer/tenancy';
import { Addresses } from './addresses.js';
import { Maintenance } from './maintenance.js';
import { Directory } from './directory.js';
import { OwnerArrival } from './owner-arrival.js';
import { PackSections } from './pack-sections.js';
import { Packs } from './packs.js';
import { TenantList } from './tenant-list.js';
import { Tenants } from './tenants.js';
import { registerMessages } from '@foyer/i18n';
import { UnusedFiles } from './unused-files.js';

registerMessages('tenants', new URL('../locales', import.meta.url));

@Global()
@Module({
  providers: [
    Directory,
    { provide: TenantDirectory, useExisting: Directory },
    PackSections,
    Packs,
    Maintenance,
    OwnerArrival,
    Tenants,
    TenantList,
    UnusedFiles,
    Addresses,
  ],
  exports: [Addresses, Directory, TenantDirectory, PackSections, Packs, Maintenance, OwnerArrival, Tenants, TenantList],
})
export class TenantsModule {}
