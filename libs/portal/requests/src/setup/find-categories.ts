import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Actor, holds } from '@foyer/access';
import { begins } from '@foyer/i18n';
import { consoleSearch, Features, type Found } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import type { Visit } from '@foyer/web';
import { Categories, categoryName } from '../categories.js';

/** Categories among what can be found in the console, beside what is declared as a resource. */
@Injectable()
export class FindCategories implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly features: Features,
    private readonly categories: Categories,
  ) {}

  onModuleInit(): void {
    this.slots.fill(consoleSearch, 60, {
      label: 'settings.nav',
      find: (actor, words, visit) => this.find(actor, words, visit),
    });
  }

  private async find({ ability }: Actor, words: string, visit: Visit): Promise<Found[]> {
    if (words === '' || !holds(ability, 'manage', 'Settings') || !(await this.features.enabled('tickets'))) return [];
    return (await this.categories.all())
      .map((category) => ({ id: category.id, title: categoryName(category, visit.locale) }))
      .filter(({ title }) => begins(title, words))
      .map(({ id, title }) => ({
        ...{ title, text: visit.t('requests.setup.categories.title'), icon: 'tag' },
        href: `/console/settings/ticket-categories/${id}`,
      }));
  }
}
