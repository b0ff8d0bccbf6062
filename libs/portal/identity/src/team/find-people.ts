import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Actor } from '@foyer/access';
import { begins } from '@foyer/i18n';
import { consoleSearch, type Found } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { domainAsWritten } from '@foyer/web';
import { PeopleList } from '../people-list.js';

const MOST = 6;
const PAGES = {
  person: (id: string) => `/console/people/${id}`,
  company: (id: string) => `/console/companies/${id}`,
  team: () => '/console/team',
};

/** People, companies and the team among what can be found in the console. */
@Injectable()
export class FindPeople implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly list: PeopleList,
  ) {}

  onModuleInit(): void {
    this.slots.fill(consoleSearch, 30, {
      label: 'identity.find.people',
      find: (actor, words) => (words === '' ? Promise.resolve([]) : this.find(actor, words)),
    });
    this.slots.fill(consoleSearch, 15, {
      label: 'settings.find.pages',
      find: (_, words, visit) => Promise.resolve(words === '' ? [] : ownAccount(words, (key) => visit.t(key))),
    });
  }

  private async find(actor: Actor, words: string): Promise<Found[]> {
    const found = await this.list.byName(actor, words, MOST);
    return found.map(({ id, kind, name, text }) => ({
      title: name,
      text: text && kind === 'company' ? domainAsWritten(text) : text,
      href: PAGES[kind](id),
      icon: kind === 'company' ? 'company' : 'user',
    }));
  }
}

/** By what it is called and by what is changed there. */
function ownAccount(words: string, t: (key: string) => string): Found[] {
  const title = t('identity.account.title');
  const says = ['field.password', 'field.email', 'account.profile', 'account.sessions'].map((key) =>
    t(`identity.${key}`),
  );
  return begins([title, ...says].join(' '), words)
    ? [{ title, text: null, href: '/console/account', icon: 'user' }]
    : [];
}
