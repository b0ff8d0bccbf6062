import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterTests } from '@foyer/app-cli/testing';
import type { Items } from '../../src/items.js';
import type { declareCollection, sectionOf } from '../../src/section.js';
import type { Settings } from '../../src/settings.js';
import type { SettingsMemory } from '../../src/settings-memory.js';

const HERE = import.meta.dirname;
const TODAY = join(HERE, '../../src');

/** What the version before keeps settings and items with. */
export interface VersionBefore {
  Items: typeof Items;
  Settings: typeof Settings;
  SettingsMemory: typeof SettingsMemory;
  declareCollection: typeof declareCollection;
  sectionOf: typeof sectionOf;
}

/** Its sources as modules: those kept here import each other, and of the rest what there is today. */
export async function versionBefore(): Promise<VersionBefore> {
  const kept = readdirSync(HERE).filter((file) => file.endsWith('.ts.txt'));
  const folder = join(HERE, '../../../../../.data', `version-before-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  afterTests(() => Promise.resolve(rmSync(folder, { recursive: true, force: true })));
  const isKept = (module: string) => kept.includes(`${module}.ts.txt`);
  for (const file of kept) {
    const source = readFileSync(join(HERE, file), 'utf8').replaceAll(
      /from '\.\/([\w.-]+)\.js'/g,
      (as, module: string) => (isKept(module) ? as : `from '${relative(folder, TODAY)}/${module}.js'`),
    );
    writeFileSync(join(folder, file.replace(/\.txt$/, '')), source);
  }
  const load = (module: string) => import(join(folder, `${module}.ts`)) as Promise<object>;
  const modules = await Promise.all(['items', 'settings', 'settings-memory', 'section'].map(load));
  return Object.assign({}, ...modules) as VersionBefore;
}
