import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { filesBelow } from './template-files.js';

export const CLIENT_FOLDER = fileURLToPath(new URL('../client/', import.meta.url));
const bundles = fileURLToPath(new URL('../dist/client/', import.meta.url));

/** `page.js` is in every page; `editor.js` is a module of its own, which it loads where somebody writes. */
const SCRIPTS = {
  'page.js': { entry: 'page.ts', format: 'iife' },
  'editor.js': { entry: 'editor/surface.ts', format: 'esm' },
} as const;

export function clientFiles(): string[] {
  return filesBelow(CLIENT_FOLDER, '.ts');
}

/** By name: what `npm run build` left behind, or, when a source has changed since, bundled here and now. */
export async function clientScripts(watch: boolean): Promise<[name: string, script: Buffer][]> {
  // An installation without development's packages has what was built for it.
  const esbuild = isBuilt() ? null : await import('esbuild').catch(() => null);
  return Promise.all(
    Object.entries(SCRIPTS).map(async ([name, { entry, format }]): Promise<[string, Buffer]> => {
      if (!esbuild) return [name, await readFile(bundles + name)];
      const { outputFiles } = await esbuild.build({
        entryPoints: [CLIENT_FOLDER + entry],
        bundle: true,
        write: false,
        format,
        target: 'es2022',
        minify: !watch,
        logLevel: 'silent',
      });
      return [name, Buffer.from(outputFiles[0]!.contents)];
    }),
  );
}

function isBuilt(): boolean {
  const built = Math.min(
    ...Object.keys(SCRIPTS).map((name) => statSync(bundles + name, { throwIfNoEntry: false })?.mtimeMs ?? 0),
  );
  return built > 0 && clientFiles().every((file) => statSync(file).mtimeMs < built);
}
