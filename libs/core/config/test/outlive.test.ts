import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const run = promisify(execFile);
const source = new URL('../src/outlive.ts', import.meta.url).href;

test('a fault that nobody caught is told and ends nothing', async () => {
  const faults = [
    "setTimeout(() => { throw new Error('thrown where nobody is'); })",
    "Promise.reject(new Error('promised to nobody'))",
    "new (await import('node:stream')).PassThrough().destroy(new Error('a stream nobody listens to'))",
  ];
  const program = `import { outliveFaults } from '${source}'; outliveFaults('Test'); ${faults.join('; ')}; setTimeout(() => console.log('still here'), 50);`;
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', program]);
  expect(stdout).toContain('still here');
  for (const words of ['thrown where nobody is', 'promised to nobody', 'a stream nobody listens to'])
    expect(stdout + stderr).toContain(words);
});
