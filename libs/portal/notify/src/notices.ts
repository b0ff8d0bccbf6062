import { Injectable } from '@nestjs/common';
import { Database } from '@foyer/database';
import { type Mail, Mailer, MailRules } from '@foyer/mail';
import { Settings } from '@foyer/settings';
import type { About, Addressee, Notice, Occasion, Reader } from './notice.js';

/** People who are here, by their ids; whoever may not act is left out. */
export type FindPeople = (ids: string[]) => Promise<(Omit<Reader, 'locale' | 'id'> & Known)[]>;
/** Whether somebody wants to hear of such a thing. */
export type Wants = (
  notice: Pick<Notice<About, never>, 'name' | 'class'>,
  reader: Reader,
  about: About,
) => Promise<boolean>;
interface Known {
  id: string;
  locale: string | null;
}

/** The one way by which mails leave the portal: who gets one, in which language, and whether they still may, is decided here. */
@Injectable()
export class Notices {
  private readonly declared = new Map<string, Notice<About, never>>();
  private findPeople: FindPeople = () =>
    Promise.reject(new Error('Nobody knows people: the identity module is missing'));
  private readonly wants: Wants[] = [];

  constructor(
    private readonly database: Database,
    private readonly mailer: Mailer,
    private readonly rules: MailRules,
    private readonly settings: Settings,
  ) {}

  /** Slot: the module that keeps people fills it. */
  readPeople(find: FindPeople): void {
    this.findPeople = find;
  }

  /** Slot: what people choose to hear of. Who fills it need not know of `mandatory` notices. */
  ask(wants: Wants): void {
    this.wants.push(wants);
  }

  /** Call while the module is made. */
  declare<Ids extends About, Facts>(notice: Notice<Ids, Facts>): Notice<Ids, Facts> {
    for (const { name, template } of this.declared.values())
      if (name === notice.name || template === notice.template) throw new Error(`Two notices are ${notice.name}`);
    const kept = notice as unknown as Notice<About, never>;
    this.declared.set(notice.name, kept);
    this.rules.declare({ [notice.template]: (mail) => this.stillMeant(kept, mail) });
    return notice;
  }

  all(): Pick<Notice<About, never>, 'name' | 'template' | 'class'>[] {
    return [...this.declared.values()];
  }

  /** Tells whoever may know, in the transaction of what happened. */
  async notify<Ids extends About, Facts>(
    notice: Notice<Ids, Facts>,
    about: Ids,
    occasion: Occasion<Facts>,
  ): Promise<void> {
    await this.database.write(async () => {
      const named = await this.readers(occasion.to);
      const others = named.filter(({ id }) => notice.alsoDoer || id === null || id !== occasion.by);
      const readers = notice.discreet ? others : await this.fit(notice, others, about);
      const told = new Set<string>();
      for (const reader of readers) {
        const one = { person: reader.id ?? reader.address, address: reader.address, occasion: '' }[
          notice.one ?? 'person'
        ];
        const key = [notice.name, occasion.id, one].filter(Boolean).join(':');
        if (told.has(key)) continue;
        told.add(key);
        const letter = await notice.letter(reader, occasion.facts, key);
        if (!letter) continue;
        const { name = reader.name, ...rest } = letter;
        await this.mailer.queue({
          ...rest,
          to: { name, address: reader.address },
          template: notice.template,
          // `outside` is what the version before asks of mails to no person.
          about: { ...about, ...(reader.id === null ? { outside: 'yes' } : { personId: reader.id }) },
          key,
          locale: reader.locale,
        });
      }
    });
  }

  private async stillMeant(
    notice: Notice<About, never>,
    { toAddress: address, about }: Pick<Mail, 'toAddress' | 'about'>,
  ) {
    const id = about['personId'];
    const [reader] = await this.readers([id ? { id, address } : { address, name: '', locale: null }]);
    return reader !== undefined && (await this.fit(notice, [reader], about)).length > 0;
  }

  private async fit<Ids extends About>(notice: Notice<Ids, never>, named: Reader[], about: Ids): Promise<Reader[]> {
    const at = named.filter(({ id, address, email }) => id === null || notice.elsewhere || address === email);
    const readers = at.length > 0 ? await notice.mayKnow(at, about) : [];
    if (notice.class === 'mandatory') return readers;
    const wanted = await Promise.all(readers.map((reader) => this.isWanted(notice, reader, about)));
    return readers.filter((_, index) => wanted[index]);
  }

  private async isWanted(
    notice: Pick<Notice<About, never>, 'name' | 'class'>,
    reader: Reader,
    about: About,
  ): Promise<boolean> {
    for (const wants of this.wants) if (!(await wants(notice, reader, about))) return false;
    return true;
  }

  /** In the order in which they were named, each once, in a language that the portal speaks. */
  private async readers(to: Addressee[]): Promise<Reader[]> {
    const { locales, defaultLocale } = await this.settings.get('general');
    const spoken = (wanted: string | null) => (wanted && locales.includes(wanted) ? wanted : defaultLocale);
    const people = to.map((one) => (typeof one === 'string' ? { id: one } : one));
    const ids = [...new Set(people.flatMap((one) => ('id' in one ? [one.id] : [])))];
    const known = new Map(ids.length > 0 ? (await this.findPeople(ids)).map((person) => [person.id, person]) : []);
    const readers = people.flatMap((one): Reader[] => {
      if (!('id' in one))
        return [{ ...one, id: null, email: null, locale: spoken(one.locale), team: false, confirmed: false }];
      const person = known.get(one.id);
      return person ? [{ ...person, ...one, locale: spoken(person.locale) }] : [];
    });
    return readers.filter(({ id }, index) => id === null || readers.findIndex((other) => other.id === id) === index);
  }
}
