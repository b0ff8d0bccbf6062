import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { NotFound } from '@foyer/access';
import { type Piece, Slots } from '@foyer/slots';
import {
  Ask,
  type Asked,
  field,
  type FormState,
  id,
  PortalController,
  safeReturn,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { Companies } from '../companies.js';
import { chosen, companyInviteForm } from '../company-view.js';
import { CompanyPeople, MemberPosts } from '../company-people.js';
import { companySections } from '../identity-slots.js';
import { Invitations } from '../invitations.js';
import type { PortalActor } from '../portal-actor.js';

const at = (companyId: string) => `/company?company=${companyId}`;
const choiceForm = z.object({ company: field.id, back: z.string().max(300).optional() });
const looking = { given: ['company'] } as const;
const inviting = { form: companyInviteForm };
const choosing = { form: choiceForm };
const onInvitation = { params: { id } };

/** A company seen by its own people: everybody sees that they belong to it, its admins run it. */
@PortalController('company')
@MemberPosts(at)
export class CompanyController {
  constructor(
    readonly companies: Companies,
    private readonly invitations: Invitations,
    private readonly members: CompanyPeople,
    private readonly slots: Slots,
  ) {}

  @Get()
  @View('identity/customer/company')
  page(@Ask(looking) { visit, actor, company: id }: Asked<typeof looking, PortalActor>) {
    return this.view(visit, actor, companyOf(actor, id));
  }

  @Post('invitations')
  @View('identity/customer/company')
  async invite(@Ask(inviting) { visit, actor, form }: Asked<typeof inviting, PortalActor>) {
    const company = companyOf(actor, form.values['company']);
    await this.members.invite(visit, actor, company.id, form);
    return form.failed ? this.view(visit, actor, company, form) : seeOther(at(company.id), 'identity.invite.done');
  }

  /** Which of several companies somebody acts for from now on. */
  @Post('choice')
  async choose(@Ask(choosing) { actor, form }: Asked<typeof choosing, PortalActor>) {
    const { company, back } = chosen(form);
    await this.companies.actFor(actor, company);
    return seeOther(safeReturn(back, '/company'), 'identity.company.switched');
  }

  @Post('invitations/:id/removal')
  async withdraw(@Ask(onInvitation) { actor, id }: Asked<typeof onInvitation, PortalActor>) {
    const companyId = await this.invitations.companyOf(id);
    if (!companyId) throw new NotFound();
    await this.invitations.withdraw(actor, companyId, id);
    return seeOther(at(companyId), 'identity.invite.withdrawn');
  }

  private async view(
    visit: Visit,
    actor: PortalActor,
    { id, name }: PortalActor['companies'][number],
    form?: FormState<unknown>,
  ) {
    return {
      company: { id, name },
      membersPath: `/company/${id}/members`,
      companies: actor.companies.map((one) => ({
        ...{ name: one.name, label: one.name, href: at(one.id), current: one.id === id },
      })),
      ...(await this.members.view(visit, actor, id, form)),
      sections: await this.sections(actor, id, visit),
    };
  }

  /** One after the other: they share the page's transaction. */
  private async sections(actor: PortalActor, companyId: string, visit: Visit): Promise<Piece[]> {
    const pieces: Piece[] = [];
    for (const { load } of this.slots.of(companySections)) {
      const piece = await load(actor, companyId, visit);
      if (piece) pieces.push(piece);
    }
    return pieces;
  }
}

/** The company asked for, or the person's first. Somebody without any has no such page. */
function companyOf(actor: PortalActor, id: unknown): PortalActor['companies'][number] {
  const company = actor.companies.find((one) => one.id === (id || actor.companyId));
  if (!company) throw new NotFound();
  return company;
}
