import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { hashPassword, type Limit, Limits, passwordProblem, seal, unseal } from '@foyer/credentials';
import { inTenant, type Tenant } from '@foyer/tenancy';
import { Addresses, OwnerArrival, Tenants } from '@foyer/tenants';

const OPENED: Limit = { name: 'sign-up', points: 10, seconds: 3600 };
/** A mailbox gets a welcome from so many, whoever signs up with it. */
const WELCOMED: Limit = { name: 'sign-up-mailbox', points: 5, seconds: 86_400, across: 'platform' };
/** Forms that were looked at: each costs a password's hashing. */
const TRIED: Limit = { name: 'sign-up-try', points: 60, seconds: 3600 };
/** Addresses that were asked for while somebody typed. */
const ASKED: Limit = { name: 'sign-up-address', points: 300, seconds: 900 };
const KEPT = 'sign-up password';

export interface Business {
  business: string;
  slug: string;
  name: string;
  email: string;
  plan: string;
  blueprint: string | null;
  timeZone: string;
}
/** A password on its way: hashed when it will do, with what is wrong when not. */
export type ChosenPassword = { hash: string; kept: string } | { problem: string };

/** A business signs up and has a portal when the answer comes. */
@Injectable()
export class Signup {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly tenants: Tenants,
    private readonly addresses: Addresses,
    private readonly limits: Limits,
    private readonly arrival: OwnerArrival,
  ) {}

  /** What the form may say of an address while it is typed. @throws TooMany */
  async address(
    business: string,
    wanted: string,
    locale: string,
    ip: string,
  ): Promise<{ suggestion: string | null; problem: string | null }> {
    await this.limits.count(ASKED, ip);
    return {
      suggestion: business ? await this.addresses.suggestion(business, locale) : null,
      problem: wanted ? await this.addresses.problem(wanted) : null,
    };
  }

  /**
   * The password somebody chose, or the one they chose before another field of the form was wrong: it comes back with the
   * form as `kept`, sealed and hashed, so that it need not be typed again. @throws TooMany
   */
  async password(typed: string, kept: string, about: string[], ip: string): Promise<ChosenPassword> {
    await this.limits.count(TRIED, ip);
    if (!typed) {
      const hash = unseal(this.config.secretKey, KEPT, kept);
      return hash ? { hash, kept } : { problem: 'web.form.required' };
    }
    const problem = await passwordProblem(typed, about);
    if (problem) return { problem };
    const hash = await hashPassword(typed);
    return { hash, kept: seal(this.config.secretKey, KEPT, hash) };
  }

  /** @returns the new tenant and the address by which its owner enters. @throws InvalidField, TooMany */
  async open(
    { business, slug, name, email, plan, blueprint, timeZone }: Business,
    passwordHash: string,
    locale: string,
    ip: string,
    region: string | null = null,
  ): Promise<{ tenant: Tenant; entry: string }> {
    await this.limits.count(OPENED, ip);
    await this.limits.count(WELCOMED, email);
    const regions = region ? { [locale]: region } : {};
    // The owner's own address is not the business's: it is asked for in the settings before customers see one.
    const general = { name: business, defaultLocale: locale, locales: [locale], regions, timeZone };
    const tenant = await this.tenants.provision({
      ...{ slug, name: business, plan, blueprint, ownerEmail: email },
      own: {
        settings: { general },
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
