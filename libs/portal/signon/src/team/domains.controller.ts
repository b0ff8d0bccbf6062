import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { Conflict } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import {
  Ask,
  type Asked,
  ConsoleController,
  domainInDns,
  type FormState,
  id,
  seeOther,
  show,
  View,
  type Visit,
} from '@foyer/web';
import { ClaimedDomains } from '../domains/claimed-domains.js';
import { domainRows } from '../domains/domain-rows.js';

const PATH = '/console/settings/sign-in-domains';
export const domainForm = z.object({ domain: z.string().trim().min(1).max(253).transform(domainInDns) });
const claiming = { form: domainForm };
const onDomain = { params: { id } };

/** Domains that the operator, and companies, have shown to be theirs. */
@ConsoleController('settings/sign-in-domains', { can: ['manage', 'Settings'] })
export class DomainsController {
  constructor(private readonly domains: ClaimedDomains) {}

  @Get()
  @View('signon/team/domains')
  list(@Ask() { visit }: Asked) {
    return this.view(visit.form(), visit);
  }

  @Post()
  @View('signon/team/domains')
  async claim(@Ask(claiming) { visit, actor, form }: Asked<typeof claiming, PortalActor>) {
    await form.attempt(({ domain }) => this.domains.claim(actor, null, domain));
    return form.failed ? this.view(form, visit) : seeOther(PATH, 'signon.domain.claimed');
  }

  @Post(':id/check')
  async check(@Ask(onDomain) { visit, actor, id: claim }: Asked<typeof onDomain, PortalActor>) {
    const problem = await checked(() => this.domains.verify(actor, claim));
    if (problem === null) return seeOther(PATH, 'signon.domain.verified');
    return show('signon/team/domains', { ...(await this.view(visit.form(), visit)), problem: visit.t(problem) }, 422);
  }

  @Post(':id/removal')
  async release(@Ask(onDomain) { actor, id: claim }: Asked<typeof onDomain, PortalActor>) {
    await this.domains.release(actor, claim);
    return seeOther(PATH, 'signon.domain.released');
  }

  private async view(form: FormState<unknown>, visit: Visit) {
    const all = await this.domains.all();
    const own = all.filter(({ companyId }) => companyId === null);
    return {
      form,
      path: PATH,
      problem: null,
      domains: domainRows(visit, own, PATH),
      ofCompanies: all.length - own.length,
    };
  }
}

/** What keeps a domain from being verified, as a message; null: nothing does. */
export async function checked(verify: () => Promise<void>): Promise<string | null> {
  try {
    await verify();
    return null;
  } catch (error) {
    if (error instanceof Conflict) return error.code;
    throw error;
  }
}
