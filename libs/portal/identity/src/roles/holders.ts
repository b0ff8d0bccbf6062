import { type Database, rows, sql, table } from '@foyer/database';
import type { StillNeeded } from '@foyer/settings';

/** Who still has a role, or would have it once they follow an invitation; null when nobody. */
export async function holdersOf(database: Database, kind: 'company' | 'team', role: string): ReturnType<StillNeeded> {
  const people =
    kind === 'team'
      ? sql`select count(*)::int from ${table('person')} where team_role = ${role}`
      : sql`select count(*)::int from ${table('membership')} where role = ${role}`;
  const [found] = await database.read((em) =>
    rows<{ people: number; invitations: number }>(
      em,
      sql`select (${people}) as people,
                 (select count(*)::int from ${table('token')}
                   where purpose = 'invitation' and used_at is null and expires_at > now() and data->>${`${kind}Role`}::text = ${role}) as invitations`,
    ),
  );
  if (found!.people > 0) return { code: 'identity.roles.in-use', values: { people: found!.people } };
  return found!.invitations > 0
    ? { code: 'identity.roles.in-invitations', values: { count: found!.invitations } }
    : null;
}
