import { Injectable, type OnModuleInit, Post } from '@nestjs/common';
import { z } from 'zod';
import { companyPanels, companySections, type PortalActor } from '@foyer/identity';
import { Slots } from '@foyer/slots';
import { Ask, type Asked, ConsoleController, field, id, PortalController, seeOther } from '@foyer/web';
import { Demands } from '../demands.js';

const demanding = { params: { company: id }, form: z.object({ demanded: field.flag }) };
const TEMPLATE = 'factors/company';

/** On the page of a company: whether its people must have a second factor. */
@Injectable()
export class CompanyDemand implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly demands: Demands,
  ) {}

  onModuleInit(): void {
    this.slots.fill(companySections, 10, {
      load: async (actor, companyId) => {
        if (!this.demands.maySet(actor, companyId)) return null;
        const since = actor.companies.find(({ id: mine }) => mine === companyId)?.secondFactorSince ?? null;
        const { byTeam } = since === null ? { byTeam: false } : await this.demands.ofCompany(companyId);
        return piece(`/company/${companyId}/second-factor`, since, byTeam && actor.teamRole === null);
      },
    });
    this.slots.fill(companyPanels, 20, {
      place: 'main',
      load: async (actor, companyId) =>
        this.demands.maySet(actor, companyId)
          ? piece(`/console/companies/${companyId}/second-factor`, (await this.demands.ofCompany(companyId)).since)
          : null,
    });
  }
}
const piece = (action: string, since: string | null, fixed = false) => ({
  template: TEMPLATE,
  view: { action, since, fixed },
});

@PortalController('company/:company/second-factor')
export class CompanyDemandController {
  constructor(private readonly demands: Demands) {}

  @Post()
  async set(@Ask(demanding) { actor, company, form }: Asked<typeof demanding, PortalActor>) {
    await this.demands.setOfCompany(actor, company, form.value.demanded);
    return seeOther(`/company?company=${company}`, form.value.demanded ? 'factors.company.saved' : 'settings.saved');
  }
}

@ConsoleController('companies/:company/second-factor', { can: ['browse', 'Company'] })
export class ConsoleCompanyDemandController {
  constructor(private readonly demands: Demands) {}

  @Post()
  async set(@Ask(demanding) { actor, company, form }: Asked<typeof demanding, PortalActor>) {
    await this.demands.setOfCompany(actor, company, form.value.demanded);
    return seeOther(`/console/companies/${company}`, form.value.demanded ? 'factors.company.saved' : 'settings.saved');
  }
}
