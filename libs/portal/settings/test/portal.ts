import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { abilityOf, type Actor } from '@foyer/access';
import type { Config } from '@foyer/config';

const person = { kind: 'person' as const, id: randomUUID() };
export const admin: Actor = { ...person, name: 'Ada', ability: abilityOf(({ can }) => can('manage', 'Settings')) };
export const agent: Actor = { ...person, name: 'Gil', ability: abilityOf(({ can }) => can('read', 'Ticket')) };

/** A file as a form brings it. */
export function upload(config: Config, name: string, content: Buffer | string, field = 'logo') {
  const path = join(config.dataDir, randomUUID());
  writeFileSync(path, content);
  return { path, name, field };
}

export const svg = (inside: string, attributes = 'width="400" height="100" viewBox="0 0 400 100"') =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${inside}</svg>`;
