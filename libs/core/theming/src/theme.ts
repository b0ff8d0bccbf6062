import { join } from 'node:path';
import { readManifest, type ThemeManifest, type ThemeSetting } from './manifest.js';

/** A theme with the themes it extends: its own folder first. */
export interface Theme {
  readonly name: string;
  readonly dirs: readonly string[];
  readonly manifest: ThemeManifest;
  /** Own settings and inherited ones; the nearer theme decides about a setting of the same name. */
  readonly settings: readonly ThemeSetting[];
}

export const DEFAULT_THEME = 'default';

export function loadTheme(tenantsDir: string, name: string, extending: readonly string[] = []): Theme {
  if (extending.includes(name))
    throw new Error(`Themes extend each other in a circle: ${[...extending, name].join(' → ')}`);
  const dir = join(tenantsDir, name, 'theme');
  const manifest = readManifest(dir);
  const base = manifest.extends ? loadTheme(tenantsDir, manifest.extends, [...extending, name]) : null;
  const inherited = (base?.settings ?? []).map(
    (each) => manifest.settings.find((own) => own.name === each.name) ?? each,
  );
  const added = manifest.settings.filter((own) => !inherited.includes(own));
  return { name, dirs: [dir, ...(base?.dirs ?? [])], manifest, settings: [...inherited, ...added] };
}
