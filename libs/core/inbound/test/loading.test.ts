import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

const libraries = ['mailauth', 'smtp-server', 'imapflow'];

test('whoever only reads mails loads nothing of what receives, fetches and checks them', () => {
  const entry = new URL('../src/index.ts', import.meta.url).href;
  const script = `await import(${JSON.stringify(entry)});
    const { createRequire } = await import('node:module');
    const loaded = Object.keys(createRequire(import.meta.url).cache).join(' ');
    console.log(JSON.stringify(${JSON.stringify(libraries)}.filter((name) => loaded.includes('/node_modules/' + name + '/'))));`;
  const options = ['--conditions=source', '--import', '@swc-node/register/esm-register', '--input-type=module', '-e'];
  const said = execFileSync(process.execPath, [...options, script], {
    encoding: 'utf8',
    env: { ...process.env, SWC_NODE_PROJECT: 'tsconfig.base.json', NODE_OPTIONS: '' },
  });
  expect(JSON.parse(said)).toEqual([]);
});
