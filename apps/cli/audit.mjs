// Are the packages we ship free of known holes? Asks the registry; a small list of our own counts always, also offline.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const lock = read('../../package-lock.json').packages;
const minimum = read('./minimum-versions.json');
const problems = [];

for (const [path, { version }] of Object.entries(lock)) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  if (path.includes('node_modules/') && minimum[name] && isOlder(version, minimum[name])) {
    problems.push(`${name} ${version} at ${path}: needs ${minimum[name]} or newer`);
  }
}

const answer = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8', timeout: 60_000 });
const report = parsed(answer.stdout);
if (report?.vulnerabilities) {
  for (const { name, severity, range } of Object.values(report.vulnerabilities)) {
    if (severity === 'high' || severity === 'critical') problems.push(`${name} ${range}: ${severity}, see npm audit`);
  }
  process.stdout.write('Checked against the registry.\n');
} else {
  process.stdout.write('The registry does not offer audits; only the minimum versions were checked.\n');
}
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.exit(problems.length > 0 ? 1 : 0);

function isOlder(version, than) {
  const [a, b] = [version, than].map((text) => text.split(/[.-]/).map(Number));
  const at = [0, 1, 2].find((index) => a[index] !== b[index]);
  return at !== undefined && a[at] < b[at];
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
