// `npm start`: from a fresh clone to a running Foyer.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build, checkFolders, checkNode, childEnvironment, install, pinnedNode, workspace } from './prepare.mjs';
import { giveUp } from './progress.mjs';

try {
  checkNode();
  checkFolders();
  await install();
  await build();
  // For machines that check a change: everything is there, nothing runs.
  if (!process.argv.includes('--prepare')) launch();
} catch (error) {
  giveUp(error);
}

/** The launcher itself runs on the pinned Node. It notices when we are gone, and we pass on what we are told. */
function launch() {
  const launcher = fork(fileURLToPath(new URL('dist/launch.js', import.meta.url)), process.argv.slice(2), {
    execPath: pinnedNode,
    execArgv: ['--no-deprecation'],
    cwd: workspace,
    env: childEnvironment(),
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // Ctrl-C in a terminal reaches the launcher too; we only have to outlive it.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => launcher.kill(signal));
  launcher.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
