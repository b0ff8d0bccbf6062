import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { CLIENT_FOLDER, clientFiles, clientScripts } from './client-script.js';
import { filesBelow } from './template-files.js';
import type { PageAssets } from './rendering.js';
import type { WatchedFolders } from './watched-folders.js';

export interface Asset {
  body: Buffer;
  type: string;
  etag: string;
  cacheControl: string;
}

export const CSS_LAYERS = ['base', 'components', 'theme', 'tenant'] as const;
export const LAYER_ORDER = `@layer ${CSS_LAYERS.join(', ')};`;

const PREFIX = '/assets/';
const FOR_EVER = 'public, max-age=31536000, immutable';
const FOR_A_MINUTE = 'public, max-age=60';

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

interface Built {
  body: Buffer;
  type: string;
  hash: string;
}

/**
 * The files a theme's pages load, by name: `theme.css` (all its CSS), `icons.svg` (all its icons), the scripts, and whatever
 * lies in its `assets/`. An address holds the hash of the content, so it can be kept for ever.
 */
export class ThemeAssets implements PageAssets {
  private readonly built = new Map<string, Built>();
  private icons = new Set<string>();
  private stamp = '';
  private lookedAt = 0;

  /** @param dirs the theme's folder first, then those of the themes it extends */
  constructor(
    private readonly dirs: readonly string[],
    private readonly watched: WatchedFolders | null,
  ) {
    watched?.add(...dirs, CLIENT_FOLDER);
  }

  /** Builds what is not built yet; while files are watched also what has changed. */
  async prepare(): Promise<void> {
    const version = this.watched?.version ?? 0;
    if (this.stamp && this.lookedAt === version) return;
    const stamp = this.currentStamp();
    if (stamp === this.stamp) return void (this.lookedAt = version);
    const scripts = await clientScripts(this.watched !== null);
    this.built.clear();
    for (const dir of this.dirs.toReversed()) this.addFiles(join(dir, 'assets'));
    for (const [name, script] of scripts) this.add(name, script);
    this.add('icons.svg', this.sprite());
    this.add('theme.css', this.stylesheet());
    [this.stamp, this.lookedAt] = [stamp, version];
  }

  url(name: string): string {
    return `${PREFIX}${this.find(name).hash}/${name}`;
  }

  hasIcon(name: string): boolean {
    return this.icons.has(name);
  }

  serve(hash: string, name: string): Asset | null {
    const asset = this.built.get(name);
    if (!asset) return null;
    // A page of the version before asks by the old hash: it gets today's file, but must not keep it under that address.
    const cacheControl = asset.hash === hash ? FOR_EVER : FOR_A_MINUTE;
    return { body: asset.body, type: asset.type, etag: `"${asset.hash}"`, cacheControl };
  }

  private find(name: string): Built {
    const asset = this.built.get(name);
    if (!asset) throw new Error(`No asset "${name}": known are ${[...this.built.keys()].join(', ')}`);
    return asset;
  }

  private add(name: string, content: Buffer | string): void {
    const body = Buffer.from(content);
    const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
    this.built.set(name, { body, hash, type: types[extname(name)] ?? 'application/octet-stream' });
  }

  private addFiles(dir: string): void {
    for (const file of filesBelow(dir)) this.add(relative(dir, file).split(sep).join('/'), readFileSync(file));
  }

  /** `css/<layer>/*.css` of each theme, the extended ones first, each file in its cascade layer. */
  private stylesheet(): string {
    const sheets = [LAYER_ORDER];
    for (const layer of CSS_LAYERS) {
      for (const dir of this.dirs.toReversed()) {
        for (const file of filesBelow(join(dir, 'css', layer), '.css')) {
          const css = this.withAssetUrls(readFileSync(file, 'utf8'), file);
          sheets.push(`/* ${layer}/${basename(file)} */\n@layer ${layer} {\n${css.trimEnd()}\n}`);
        }
      }
    }
    return sheets.join('\n') + '\n';
  }

  /** Relative addresses in CSS point at files of the theme's `assets/`. */
  private withAssetUrls(css: string, file: string): string {
    return css.replace(/url\(\s*(['"]?)(\.{1,2}\/[^'")]+)\1\s*\)/g, (_, __, path: string) => {
      const target = resolve(dirname(file), path);
      for (const dir of this.dirs) {
        const name = relative(join(dir, 'assets'), target).split(sep).join('/');
        if (!name.startsWith('..')) return `url("${this.url(name)}")`;
      }
      throw new Error(`${file}: ${path} is not in the theme's assets folder`);
    });
  }

  /** One symbol for each `icons/*.svg`; the id is the file's name. */
  private sprite(): string {
    const symbols = new Map<string, string>();
    for (const dir of this.dirs.toReversed()) {
      for (const file of filesBelow(join(dir, 'icons'), '.svg')) symbols.set(basename(file, '.svg'), symbol(file));
    }
    this.icons = new Set(symbols.keys());
    return `<svg xmlns="http://www.w3.org/2000/svg">\n${[...symbols.values()].join('\n')}\n</svg>\n`;
  }

  private currentStamp(): string {
    const files = this.dirs.flatMap((dir) => ['css', 'icons', 'assets'].flatMap((part) => filesBelow(join(dir, part))));
    return ['built', ...files, ...clientFiles()]
      .map((file) => (file === 'built' ? file : `${file}@${statSync(file).mtimeMs}`))
      .join('|');
  }
}

/** `/assets/<hash>/<name>` → its two parts. */
export function assetPath(path: string): { hash: string; name: string } | null {
  const found = /^\/assets\/([0-9a-f]{12})\/([A-Za-z0-9._/-]{1,200})$/.exec(path);
  return found ? { hash: found[1]!, name: found[2]! } : null;
}

const presentation = ['fill', 'stroke', 'stroke-width', 'stroke-linecap', 'stroke-linejoin'];

function symbol(file: string): string {
  const source = readFileSync(file, 'utf8');
  const [, attributes = '', body = ''] = /<svg\b([^>]*)>([\s\S]*)<\/svg>/.exec(source) ?? [];
  const attribute = (name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1];
  const viewBox = attribute('viewBox');
  if (!viewBox) throw new Error(`${file}: an icon needs a viewBox`);
  const kept = presentation.flatMap((name) => (attribute(name) === undefined ? [] : [` ${name}="${attribute(name)}"`]));
  return `<symbol id="${basename(file, '.svg')}" viewBox="${viewBox}"${kept.join('')}>${body.trim().replace(/>\s+</g, '><')}</symbol>`;
}
