const terminal = process.stdout.isTTY === true;

/** Shows one long step: its name at once, the seconds while it runs, and how it ended. */
export async function step(name, work) {
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  let note = '';
  const line = () => `  ${name} …${note && ` ${note}`}${seconds() > 0 ? ` ${seconds()} s` : ''}`;
  process.stdout.write(terminal ? line() : `  ${name} …\n`);
  const redraw = () => terminal && process.stdout.write(`\r\u001b[2K${line()}`);
  const timer = setInterval(redraw, 1000);
  try {
    return await work((text) => {
      note = text;
      redraw();
    });
  } catch (error) {
    note = 'failed';
    throw error;
  } finally {
    clearInterval(timer);
    if (terminal) process.stdout.write(`\r\u001b[2K${note === 'failed' ? line() : line().replace(' …', ' ✓')}\n`);
    else if (seconds() > 2)
      process.stdout.write(`  ${name}: ${note === 'failed' ? 'failed' : 'done'} after ${seconds()} s\n`);
  }
}

/** Something a person can act on: it is shown as one sentence, without a stack. */
export class Obstacle extends Error {
  name = 'Obstacle';
}

/** Prints what stopped us and ends the process. */
export function giveUp(error) {
  const { code, message } = error;
  let text = error.stack;
  if (error instanceof Obstacle || error.name === 'ConfigError') text = message;
  else if (code === 'ENOSPC' || code === 'EDQUOT') text = 'The disk is full: make room and start again.';
  else if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    text = `${error.path ?? 'A folder'} cannot be written: change its owner or permissions, or set DATA_DIR to another folder.`;
  process.stderr.write(`\n${text}\n`);
  process.exit(1);
}
