import { groupsInChain, groupsWith } from './directory-filter.js';
import type { DirectoryEntry } from './directory-entry.js';
import type { DirectoryConnection } from './directory-connections.js';
import { dnKey, nameIn } from './distinguished-names.js';
import type { DirectoryTalk } from './directory-talk.js';

/** Groups within groups: nobody has more levels, and whoever has them in circles comes to an end. */
const DEEPEST = 10;
const MOST = 300;
/** So many in one question. */
const AT_ONCE = 20;

type Where = Pick<DirectoryConnection, 'product' | 'baseDn' | 'groupBase'>;

/**
 * All groups that somebody is in, also by way of others: by what people call them, and by the whole name, since two of one name may
 * stand in different places.
 */
export async function groupsOf(talk: DirectoryTalk, where: Where, entry: DirectoryEntry): Promise<string[]> {
  const base = where.groupBase || where.baseDn;
  const found =
    where.product === 'active-directory'
      ? await talk.search(base, { filter: groupsInChain(entry.dn), most: MOST, attributes: ['cn'] })
      : await walked(talk, base, entry);
  const names = found.map(({ dn, attributes }) => attributes['cn']?.[0] ?? nameIn(dn));
  return [...new Set([...names, ...found.map(({ dn }) => dn)])];
}

/** Level by level; what was there before is not asked for again. */
async function walked(talk: DirectoryTalk, base: string, entry: DirectoryEntry): Promise<DirectoryEntry[]> {
  const found = new Map<string, DirectoryEntry>();
  const add = (group: DirectoryEntry): boolean => {
    const key = dnKey(group.dn);
    if (found.has(key) || found.size >= MOST) return false;
    found.set(key, group);
    return true;
  };
  const named = (entry.attributes['memberof'] ?? []).map((dn) => ({ dn, attributes: {}, guid: null }));
  let level = named.filter(add).map(({ dn }) => dn);
  let uid = entry.attributes['uid']?.[0] ?? null;
  level.unshift(entry.dn);
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth += 1) {
    const next: string[] = [];
    for (let at = 0; at < level.length; at += AT_ONCE) {
      const filter = groupsWith(level.slice(at, at + AT_ONCE), uid);
      uid = null;
      const groups = await talk.search(base, { filter, most: MOST, attributes: ['cn'] });
      next.push(...groups.filter(add).map(({ dn }) => dn));
    }
    level = next;
  }
  return [...found.values()];
}
