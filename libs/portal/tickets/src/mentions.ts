import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { folded } from '@foyer/i18n';
import { Agents } from '@foyer/requests';

/** Who of those in the team who see tickets at all a text calls by `@name`: the whole name, the first name where only one has it, or what stands before the @ of the address. */
@Injectable()
export class Mentions {
  constructor(
    private readonly database: Database,
    private readonly agents: Agents,
  ) {}

  async in(text: string): Promise<string[]> {
    if (!text.includes('@')) return [];
    const seeing = await this.agents.seeing('p');
    const team = await this.database.read((em) =>
      rows<{ id: string; name: string; email: string }>(
        em,
        sql`select p.id, p.name, p.email from ${table('person')} p where ${seeing} limit 500`,
      ),
    );
    const called = new Map<string, string | null>();
    for (const { id, name, email } of team) {
      for (const word of new Set([name, name.split(' ')[0]!, email.split('@')[0]!].map(folded)))
        if (word !== '') called.set(word, called.has(word) && called.get(word) !== id ? null : id);
    }
    // The longest name first: "@Mara Lind" is not also the other Mara.
    const words = [...called.keys()].sort((a, b) => b.length - a.length);
    const found = new Set<string>();
    for (const { index } of text.matchAll(/(?<![\p{L}\p{N}._-])@/gu)) {
      const after = folded(text.slice(index + 1, index + 101));
      const word = words.find((one) => after.startsWith(one) && !/^[\p{L}\p{N}]/u.test(after.slice(one.length)));
      const id = word && called.get(word);
      if (id) found.add(id);
    }
    return [...found];
  }
}
