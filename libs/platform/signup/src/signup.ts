import { Injectable } from '@nestjs/common';
import { InvalidField } from '@foyer/access';
import { hashPassword, type Limit, Limits, passwordProblem } from '@foyer/credentials';
import { inTenant, type Tenant } from '@foyer/tenancy';
import { OwnerArrival, Packs, Tenants } from '@foyer/tenants';
import type { PlanName } from './plans.js';

const PER_ADDRESS: Limit = { name: 'sign-up', points: 10, seconds: 3600 };

export interface Business {
  business: string;
  slug: string;
  name: string;
  email: string;
  password: string;
  plan: PlanName;
  blueprint: string | null;
}

/** A business signs up and has a portal when the answer comes. */
@Injectable()
export class Signup {
  constructor(
    private readonly tenants: Tenants,
    private readonly packs: Packs,
    private readonly limits: Limits,
    private readonly arrival: OwnerArrival,
  ) {}

  /** @returns the new tenant and the address by which its owner enters. @throws InvalidField, TooMany */
  async open(wanted: Business, locale: string, ip: string): Promise<{ tenant: Tenant; entry: string }> {
    await this.limits.count(PER_ADDRESS, ip);
    const { business, slug, name, email, password, plan, blueprint } = wanted;
    if (blueprint && !this.packs.blueprints().some(({ id }) => id === blueprint))
      throw new InvalidField('blueprint', 'web.form.choice');
    const problem = await passwordProblem(password, [email, name, business]);
    if (problem) throw new InvalidField('password', problem);
    const passwordHash = await hashPassword(password);
    const tenant = await this.tenants.provision({
      slug,
      name: business,
      plan,
      blueprint,
      ownerEmail: email,
      own: {
        settings: { general: { name: business, supportEmail: email, defaultLocale: locale, locales: [locale] } },
        people: {
          team: [{ name, email, role: 'owner', passwordHash, verified: false, locale }],
          companies: [],
          customers: [],
        },
      },
    });
    const entry = await inTenant(tenant, () => this.arrival.welcome({ email, locale }));
    return { tenant, entry };
  }
}
