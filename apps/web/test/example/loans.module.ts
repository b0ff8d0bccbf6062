import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { holds } from '@foyer/access';
import { Api, declareScope } from '@foyer/api';
import { Database, rows, sql, table } from '@foyer/database';
import { OnEvent } from '@foyer/events';
import { registerMessages } from '@foyer/i18n';
import { companyPanels, companyReference, portalApi } from '@foyer/identity';
import { type Notice, Notices } from '@foyer/notify';
import { Collections, declareResource, optionalReference, SettingsChanged, settingsPage, text } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Themes } from '@foyer/theming';

registerMessages('loans', new URL('locales', import.meta.url));

/** A list with its page, table, search, checks and operations. */
export const loanDevices = declareResource('loan-devices', {
  one: 'loan device',
  words: 'loans.devices',
  page: { path: 'loan-devices', group: 'portal', icon: 'monitor', order: 95 },
  fields: {
    name: text(80, { unique: true }),
    serial: text(40, { optional: true, listed: true }),
    companyId: optionalReference(companyReference),
  },
  row: ({ companyId }, { t }) => ({
    badge: companyId ? { label: t('loans.devices.lent'), tone: 'info' } : null,
  }),
});
const loansRead = declareScope({
  name: 'loans:read',
  label: 'loans.scope',
  order: 99,
  ofCompany: false,
  capabilities: [],
});
const device = z.object({ name: z.string(), serial: z.string() }).meta({ id: 'Loan' });

/** What companies have borrowed: beside their page, by mail to those who manage them, and for programs. */
@Injectable()
class Loans implements OnModuleInit {
  private readonly lent: Notice<{ companyId: string }, { device: string }>;

  constructor(
    private readonly collections: Collections,
    private readonly database: Database,
    private readonly slots: Slots,
    private readonly api: Api,
    private readonly themes: Themes,
    private readonly notices: Notices,
  ) {
    this.lent = notices.declare({
      ...{ name: 'loans.lent', template: 'loans/email/lent', class: 'service' },
      mayKnow: async (readers, { companyId }) => {
        const admins = await this.admins(companyId);
        return readers.filter(({ id }) => admins.includes(id!));
      },
      letter: (_, facts) => ({ data: facts }),
    });
  }

  onModuleInit(): void {
    this.themes.registerTemplates('loans', new URL('templates', import.meta.url));
    this.slots.fill(companyPanels, 50, {
      place: 'main',
      load: async ({ ability }, id) => {
        const devices = await this.of(id);
        return holds(ability, 'read', 'Settings') && devices.length > 0
          ? { template: 'loans/panel', view: { devices } }
          : null;
      },
    });
    const told = { id: 'listLoans', scope: loansRead, summary: 'What a company has borrowed' };
    this.api.add(
      portalApi.get(
        '/companies/{company}/loans',
        { ...told, params: z.object({ company: z.uuid() }), output: z.object({ data: z.array(device) }) },
        async ({ params: { company } }) => ({ data: await this.of(company) }),
      ),
    );
  }

  @OnEvent(SettingsChanged, 'loans.mail-lent')
  async tell({ section, items, actorId }: SettingsChanged): Promise<void> {
    if (section !== loanDevices.name) return;
    for (const { id } of items.filter(({ verb }) => verb !== 'removed')) {
      const { name, companyId } = (await this.collections.find(loanDevices, id)) ?? {};
      if (!companyId) continue;
      const to = await this.admins(companyId);
      await this.notices.notify(
        this.lent,
        { companyId },
        { id: `${id}:${companyId}`, by: actorId, to, facts: { device: name! } },
      );
    }
  }

  private async of(companyId: string) {
    return (await this.collections.all(loanDevices)).filter((one) => one.companyId === companyId);
  }

  private async admins(companyId: string): Promise<string[]> {
    const found = await this.database.read((em) =>
      rows<{ id: string }>(
        em,
        sql`select person_id as id from ${table('membership')} where company_id = ${companyId} and role = 'company_admin'`,
      ),
    );
    return found.map(({ id }) => id);
  }
}

@Module({ controllers: [settingsPage(loanDevices)], providers: [Loans] })
export class LoansModule {}
