// What must be true before any of our own code can run. Plain JavaScript for every Node from 20 on, built-ins only.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Obstacle, step } from './progress.mjs';

export const workspace = fileURLToPath(new URL('../../', import.meta.url));
const inWorkspace = (...path) => join(workspace, ...path);
const json = (file) => JSON.parse(readFileSync(file, 'utf8'));

export function checkNode(version = process.version) {
  const major = Number(version.slice(1).split('.')[0]);
  if (major < 20)
    throw new Obstacle(`Foyer needs Node 20 or newer, and this is ${version}: install it from https://nodejs.org.`);
}

/** Fails early, and in words, where the folder for data or the project itself cannot be written. */
export function checkFolders() {
  const dataDir = resolve(workspace, process.env.DATA_DIR || '.data');
  const probe = join(dataDir, `.probe-${process.pid}`);
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(probe, 'x');
  rmSync(probe);
}

export async function install() {
  if (!isInstalled()) {
    accessSync(workspace, constants.W_OK);
    // Not `npm ci`: it refuses a lockfile without the optional packages of platforms that a registry does not carry.
    // With --no-save the lockfile still decides every version and stays as it is.
    await step('Installing packages', () =>
      npm(['install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']),
    );
  }
  await ensurePinnedNode();
}

/** npm writes what it installed into a file of its own, last of all; it must say the same as our lockfile. */
function isInstalled() {
  try {
    const wanted = json(inWorkspace('package-lock.json')).packages;
    const present = json(inWorkspace('node_modules', '.package-lock.json')).packages;
    return Object.entries(wanted).every(([path, { version, link, optional, devOptional, peer }]) => {
      if (!path.startsWith('node_modules/')) return true;
      if (!present[path]) return Boolean(optional || devOptional || peer);
      return link ? present[path].link === true : present[path].version === version;
    });
  } catch {
    return false;
  }
}

export const pinnedNode = inWorkspace(
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

/** The Node that everything runs on comes as a package; its install script may have been switched off. */
async function ensurePinnedNode() {
  const wanted = `v${json(inWorkspace('package.json')).dependencies.node}`;
  const version = () => spawnSync(pinnedNode, ['-p', 'process.version'], { encoding: 'utf8' }).stdout?.trim();
  if (version() === wanted) return;
  await step(`Fetching Node ${wanted}`, () =>
    run(process.execPath, ['installArchSpecificPackage.js'], { cwd: inWorkspace('node_modules', 'node') }),
  );
  if (version() !== wanted)
    throw new Obstacle(
      `Node ${wanted} does not run on this machine (${process.platform} ${process.arch}): node_modules/node could not be set up.`,
    );
}

export async function build() {
  const stamp = inWorkspace('node_modules', '.cache', 'foyer-build');
  const sources = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  const nx = inWorkspace('node_modules', 'nx', 'dist', 'bin', 'nx.js');
  await step('Building', () =>
    run(pinnedNode, [nx, 'run-many', '-t', 'build', '--outputStyle=static'], {
      env: { ...childEnvironment(), NX_DAEMON: 'false', NX_TUI: 'false', NX_NO_CLOUD: 'true', CI: 'true' },
    }),
  );
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, fingerprint());
}

/** Changes when a source file changes, or when what was built from it is gone. */
function fingerprint() {
  const hash = createHash('sha256');
  const note = (file) => {
    const entry = statSync(file, { throwIfNoEntry: false });
    hash.update(`${file}:${entry ? `${entry.mtimeMs}:${entry.size}` : 'missing'}\n`);
  };
  for (const file of ['package-lock.json', '.swcrc', 'nx.json']) note(inWorkspace(file));
  for (const project of projects()) {
    note(join(project, 'package.json'));
    hash.update(String(existsSync(join(project, 'dist', 'index.js'))));
    for (const file of readdirSync(join(project, 'src'), { recursive: true }).sort()) {
      if (String(file).endsWith('.ts')) note(join(project, 'src', String(file)));
    }
  }
  return hash.digest('hex');
}

function projects() {
  const tiers = ['apps', 'libs/core', 'libs/platform', 'libs/portal'].map((tier) => inWorkspace(tier));
  return tiers
    .flatMap((tier) => readdirSync(tier).map((name) => join(tier, name)))
    .filter((folder) => existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'src')))
    .sort();
}

/** Our own processes find the pinned Node first; nothing of npm's own settings leaks into them. */
export function childEnvironment() {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
  return {
    ...env,
    PATH: [dirname(pinnedNode), inWorkspace('node_modules', '.bin'), process.env.PATH].join(
      process.platform === 'win32' ? ';' : ':',
    ),
  };
}

function npm(args) {
  const cli = process.env.npm_execpath;
  return cli && /\.[cm]?js$/.test(cli)
    ? run(process.execPath, [cli, ...args])
    : run('npm', args, { shell: process.platform === 'win32' });
}

function run(command, args, options = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd: workspace, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    const keep = (chunk) => (output = (output + chunk).slice(-20_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', fail);
    child.once('close', (code) => (code === 0 ? done() : fail(new Obstacle(explain(command, args, output)))));
  });
}

function explain(command, args, output) {
  if (/ENOSPC|no space left/i.test(output)) return 'The disk is full: make room and start again.';
  if (/EACCES|EROFS|EPERM/.test(output)) return `${workspace} cannot be written: change its owner or permissions.`;
  if (/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN/.test(output))
    return 'The package registry cannot be reached: check the network and start again.';
  const last = output.trim().split('\n').slice(-25).join('\n');
  return `${last}\n\n${[command, ...args].join(' ')} failed; its last words are above.`;
}
