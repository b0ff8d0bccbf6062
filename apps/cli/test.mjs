// `npm test`: the suite, from a fresh clone. Arguments go to Jest: `npm test -- libs/portal/tickets -t reply`.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { checkFolders, checkNode, childEnvironment, install, pinnedNode, workspace } from './prepare.mjs';
import { giveUp } from './progress.mjs';

try {
  checkNode();
  checkFolders();
  await install();
  const jest = join(workspace, 'node_modules', 'jest', 'bin', 'jest.js');
  const options = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', '--disable-warning=DEP0205'];
  const child = spawn(pinnedNode, [...options, jest, ...process.argv.slice(2)], {
    cwd: workspace,
    env: childEnvironment(),
    stdio: 'inherit',
  });
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.once('exit', (code) => process.exit(code ?? 1));
} catch (error) {
  giveUp(error);
}
