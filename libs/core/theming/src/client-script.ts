import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { filesBelow } from './template-files.js';

const sources = fileURLToPath(new URL('../client/', import.meta.url));
const bundle = fileURLToPath(new URL('../dist/client/page.js', import.meta.url));

export function clientFiles(): string[] {
  return filesBelow(sources, '.ts');
}

/** `page.js`: what `npm run build` left behind, or, when a source has changed since, bundled here and now. */
export async function clientScript(watch: boolean): Promise<Buffer> {
  if (isBuilt()) return readFile(bundle);
  // An installation without development's packages has what was built for it.
  const esbuild = await import('esbuild').catch(() => null);
  if (!esbuild) return readFile(bundle);
  const { outputFiles } = await esbuild.build({
    entryPoints: [`${sources}page.ts`],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    minify: !watch,
    logLevel: 'silent',
  });
  return Buffer.from(outputFiles[0]!.contents);
}

function isBuilt(): boolean {
  const built = statSync(bundle, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return built > 0 && clientFiles().every((file) => statSync(file).mtimeMs < built);
}
