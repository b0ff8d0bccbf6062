import { readFileSync, rmSync } from 'node:fs';
import { endProcess, listed, recordedProcess } from '../src/processes.ts';
import { testPostgres, usersOfTestPostgres } from './test-postgres.mjs';

export default async function runEnds() {
  rmSync(`${usersOfTestPostgres}/${process.pid}.pid`, { force: true });
  if (listed(usersOfTestPostgres).some((name) => recordedProcess(`${usersOfTestPostgres}/${name}`) !== null)) return;
  const pid = postmaster();
  if (pid) await endProcess(pid, { signal: 'SIGINT' });
}

function postmaster() {
  try {
    const { data } = JSON.parse(readFileSync(`${testPostgres}/server.json`, 'utf8'));
    return Number(readFileSync(`${data}/postmaster.pid`, 'utf8').split('\n')[0]);
  } catch {
    return null;
  }
}
