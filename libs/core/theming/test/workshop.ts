import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { messages, registerMessages } from '@foyer/i18n';
import { EVERYTHING } from '@foyer/entitlements';
import { inTenant, type Tenant } from '@foyer/tenancy';
import { Themes, type TemplateFailure, type TenantTheme, type ThemesOptions } from '../src/index.js';

const made: string[] = [];

export function sweep(): void {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true });
}

/** A folder holding these files. */
export function folder(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'theming-'));
  made.push(dir);
  write(dir, files);
  return dir;
}

export function write(dir: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
}

export const manifest = (extra: object = {}) =>
  JSON.stringify({ name: 'default', label: 'theme.name', version: '1', settings: [], ...extra });

/** `tenants/` with a default theme that has these templates and other files. */
export function tenantsFolder(templates: Record<string, string>, files: Record<string, string> = {}): string {
  const all: Record<string, string> = { 'default/theme/manifest.json': manifest(), ...files };
  for (const [name, source] of Object.entries(templates)) all[`default/theme/templates/${name}.hbs`] = source;
  return folder(all);
}

export function workshop(
  templates: Record<string, string>,
  { files, ...options }: ThemesOptions & { files?: Record<string, string> } = {},
): Themes {
  return new Themes({ tenantsDir: tenantsFolder(templates, files), ...options });
}

if (!messages.namespaces.includes('hall')) {
  registerMessages(
    'hall',
    folder({
      'en.json': '{"hello":"Hello {name}","count":"{n, plural, one {# seat} other {# seats}}"}',
      'de.json': '{"hello":"Guten Tag {name}"}',
    }),
  );
}

let number = 0;

/** A tenant and what it chose; `failures` collects what was reported about its templates. */
export function tenant(look: Partial<TenantTheme> = {}) {
  const id = `tenant-${++number}`;
  const tenant: Tenant = {
    id,
    slug: id,
    name: id,
    schema: id,
    role: id,
    origin: `http://${id}.localhost`,
    status: 'active',
    ...{ standing: null, plan: 'team', trialEndsAt: null },
    entitled: EVERYTHING,
  };
  const theme: TenantTheme = { version: '1', theme: 'default', settings: {}, overrides: {}, ...look };
  return { tenant, theme, failures: [] as TemplateFailure[], in: <T>(fn: () => T) => inTenant(tenant, fn) };
}

export function sourceOf(...tenants: ReturnType<typeof tenant>[]) {
  const find = (asked: Tenant) => tenants.find((each) => each.tenant.id === asked.id)!;
  return {
    themeFor: async (asked: Tenant) => find(asked).theme,
    templateFailed: async (asked: Tenant, failure: TemplateFailure) => void find(asked).failures.push(failure),
  };
}
