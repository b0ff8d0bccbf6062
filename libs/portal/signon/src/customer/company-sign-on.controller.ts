import { Get, Post } from '@nestjs/common';
import { type Actor, NotFound } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import {
  Collections,
  controlsOf,
  formOf,
  itemFrom,
  reshaped,
  type ResourceInput,
  type Typed,
  valuesOf,
  VERSION,
  versionOf,
} from '@foyer/settings';
import {
  Ask,
  type Asked,
  type FormState,
  id,
  PortalController,
  Posts,
  seeOther,
  show,
  View,
  type Visit,
} from '@foyer/web';
import { z } from 'zod';
import { AttemptsView } from '../attempts-view.js';
import { type Connection, ConnectionBook } from '../connection-book.js';
import { ConnectionForm, PLACED } from '../connection-form.js';
import { ConnectionRights } from '../connection-rights.js';
import { connectionKinds, type ConnectionItem, isSetUp } from '../connections.js';
import { ClaimedDomains } from '../domains/claimed-domains.js';
import { domainRows } from '../domains/domain-rows.js';
import { beginsAt, firstGroup } from '../group-rows.js';
import { checked, domainForm } from '../team/domains.controller.js';

/** What the operator alone says of a connection. */
const OPERATORS = ['companyId', 'audience', 'blocked', 'keeperId'];
const at = ({ company }: { company: string }) => `/company/sign-in/${company}`;
const inCompany = { params: { company: id } };
const claiming = { ...inCompany, form: domainForm };
const onDomain = { params: { company: id, claim: id } };
const ofKind = { params: { company: id, kind: kindAt } };
const onConnection = { params: { company: id, kind: kindAt, item: id } };
type OnConnection = Asked<typeof onConnection, PortalActor>;

/** A company's own domains and identity providers, set up by its own people. */
@PortalController('company/sign-in')
@Posts<typeof onDomain, PortalActor, CompanySignOnController>(onDomain, at, {
  ':company/domains/:claim/removal': [
    (it, { actor, claim }) => it.domains.release(actor, claim),
    'signon.domain.released',
  ],
})
@Posts<typeof onConnection, PortalActor, CompanySignOnController>(onConnection, at, {
  ':company/providers/:kind/:item/removal': [(it, asked) => it.remove(asked), 'settings.collection.removed'],
})
export class CompanySignOnController {
  constructor(
    readonly domains: ClaimedDomains,
    private readonly book: ConnectionBook,
    private readonly rights: ConnectionRights,
    private readonly collections: Collections,
    private readonly more: ConnectionForm,
    private readonly attempts: AttemptsView,
  ) {}

  @Get(':company')
  @View('signon/customer/company')
  page(@Ask(inCompany) { visit, actor, company }: Asked<typeof inCompany, PortalActor>) {
    return this.overview(visit, actor, company, visit.form());
  }

  @Post(':company/domains')
  @View('signon/customer/company')
  async claim(@Ask(claiming) { visit, actor, company, form }: Asked<typeof claiming, PortalActor>) {
    await this.mustManage(actor, company);
    await form.attempt(({ domain }) => this.domains.claim(actor, company, domain));
    return form.failed
      ? this.overview(visit, actor, company, form)
      : seeOther(at({ company }), 'signon.domain.claimed');
  }

  @Post(':company/domains/:claim/check')
  async check(@Ask(onDomain) { visit, actor, company, claim }: Asked<typeof onDomain, PortalActor>) {
    const problem = await checked(() => this.domains.verify(actor, claim));
    if (problem === null) return seeOther(at({ company }), 'signon.domain.verified');
    const view = await this.overview(visit, actor, company, visit.form());
    return show('signon/customer/company', { ...view, problem: visit.t(problem) }, 422);
  }

  @Get(':company/providers/:kind/new')
  @View('signon/customer/connection')
  blank(@Ask(ofKind) { visit, actor, company, kind }: Asked<typeof ofKind, PortalActor>) {
    return this.form(visit, actor, company, kind, null, visit.form(valuesOf(listOf(kind), null)));
  }

  @Post(':company/providers/:kind')
  @View('signon/customer/connection')
  async create(@Ask(ofKind) { visit, actor, company, kind }: Asked<typeof ofKind, PortalActor>) {
    await this.mustManage(actor, company);
    const form = visit.posted(ownForm(kind));
    let made: ConnectionItem | null = null;
    await form.attempt(async (input) => {
      const said = this.collections.typedSecrets.said(visit, listOf(kind) as never, null);
      const item = {
        ...itemFrom(listOf(kind), withoutOperators({ ...input, ...said }), null),
        ...this.given(null, company),
      };
      made = await this.collections.add(actor, listOf(kind), item);
    });
    return form.failed
      ? this.form(visit, actor, company, kind, null, form)
      : seeOther(`${at({ company })}/providers/${kind}/${made!.id}`, isSetUp(kind, made!) ? 'settings.saved' : 'signon.connection.finish'); // prettier-ignore
  }

  @Get(':company/providers/:kind/:item')
  @View('signon/customer/connection')
  async edit(@Ask(onConnection) { visit, actor, company, kind, item }: OnConnection) {
    const known = await this.known(actor, company, kind, item);
    const values = { ...valuesOf(listOf(kind), known), ...this.more.rows.values(known) };
    return this.form(visit, actor, company, kind, known, visit.form(values));
  }

  @Post(':company/providers/:kind/:item')
  @View('signon/customer/connection')
  async save(@Ask(onConnection) { visit, actor, company, kind, item }: OnConnection) {
    const known = await this.known(actor, company, kind, item);
    const typed = reshaped(visit.posted(z.looseObject({})).values, firstGroup());
    if (typed) return this.form(visit, actor, company, kind, known, visit.form(typed));
    const form = visit.posted(ownForm(kind));
    const opened = form.values[VERSION];
    await form.attempt(async (input) => {
      const roles = this.more.rows.rolesFrom(input as Typed);
      const secrets = this.collections.typedSecrets.said(visit, listOf(kind) as never, item);
      const said = withoutOperators(await this.more.withFile(visit, kind, { ...input, ...secrets }));
      const made = { ...itemFrom(listOf(kind), said, known), ...this.given(known, company), roles };
      await this.collections.replace(actor, listOf(kind), item, made, opened === undefined ? opened : String(opened));
    });
    return form.failed
      ? this.form(visit, actor, company, kind, known, form)
      : seeOther(`${at({ company })}/providers/${kind}/${item}`, 'settings.saved');
  }

  @Get(':company/providers/:kind/:item/attempts')
  @View('signon/customer/attempts')
  async came(@Ask(onConnection) { visit, actor, company, kind, item }: OnConnection) {
    return this.attempts.of(visit, await this.known(actor, company, kind, item));
  }

  async remove({ actor, company, kind, item }: OnConnection): Promise<void> {
    await this.known(actor, company, kind, item);
    await this.collections.remove(actor, listOf(kind), item);
  }

  /** Of a company's connection it says whose it is, and what the operator says of it stays. */
  private given(before: ConnectionItem | null, companyId: string) {
    const { blocked = false, keeperId = null } = before ?? {};
    return { companyId, audience: 'customers' as const, blocked, keeperId };
  }

  private async mustManage(actor: Actor, company: string): Promise<void> {
    if (!this.rights.mayManage(actor, company)) throw new NotFound();
    await this.domains.mustBeThere(company);
  }

  private async known(actor: Actor, company: string, kind: string, item: string): Promise<Connection> {
    await this.mustManage(actor, company);
    const found = await this.book.find(item);
    if (found?.companyId !== company || found.kind !== kind) throw new NotFound();
    return found;
  }

  private async overview(visit: Visit, actor: PortalActor, company: string, form: FormState<unknown>) {
    await this.mustManage(actor, company);
    const connections = await this.book.of(company);
    return {
      form,
      path: `${at({ company })}/domains`,
      ...{
        problem: null as string | null,
        back: { href: `/company?company=${company}`, label: nameOf(actor, company) },
      },
      domains: domainRows(visit, await this.domains.of(company), `${at({ company })}/domains`),
      connections: connections.map((one) => ({
        ...{
          name: one.name,
          href: `${at({ company })}/providers/${one.kind}/${one.id}`,
          enabled: one.enabled,
          blocked: one.blocked,
        },
        ...{ unfinished: !isSetUp(one.kind, one), enforced: one.enforced },
        kind: visit.t(`${listOf(one.kind).about.words}.title`),
      })),
      kinds: [...connectionKinds()].map(([kind, { about }]) => ({
        ...{
          href: `${at({ company })}/providers/${kind}/new`,
          label: visit.t(`${about.words}.title`),
          text: visit.t(`${about.words}.lead`),
        },
      })),
    };
  }

  private async form(
    visit: Visit,
    actor: PortalActor,
    company: string,
    kind: string,
    known: Connection | null,
    form: FormState<unknown>,
  ) {
    await this.mustManage(actor, company);
    for (const [part, control] of Object.entries(beginsAt)) {
      const wrong = form.errors[part];
      if (wrong !== undefined) form.errors[control] ??= wrong;
      delete form.errors[part];
    }
    this.more.sayAgain(visit, form);
    const list = listOf(kind);
    const offered = () => Promise.resolve([]);
    const all = await controlsOf(
      ...([list, visit, form, known, offered] as const),
      this.collections.typedSecrets.along(visit, list as never, known?.id ?? null),
    );
    const controls = all.filter(({ name }) => !OPERATORS.includes(name));
    const more = await this.more.view(visit, form, known);
    return {
      form,
      item: known && { id: known.id, blocked: known.blocked },
      version: known && (form.values[VERSION] ?? versionOf(withoutKind(known))),
      heading: known ? known.name : visit.t(`${list.about.words}.new`),
      lead: null,
      action: `${at({ company })}/providers/${kind}${known ? `/${known.id}` : ''}`,
      back: { href: at({ company }), label: visit.t('signon.company.title') },
      controls: Object.fromEntries(controls.map((control) => [control.name, control])),
      rest: controls.filter(({ name }) => !PLACED.includes(name)),
      fields: [...controls, ...more.groupFields],
      ...more,
    };
  }
}

function kindAt(text: string): string {
  if (!connectionKinds().has(text)) throw new NotFound();
  return text;
}
/** Of a form that does not ask for what is the operator's to say. */
const ownForm = (kind: string) => {
  const { about } = listOf(kind);
  return formOf({
    about: { ...about, leaves: about.leaves.filter(({ control }) => !OPERATORS.includes(control)) } as never,
  });
};
const listOf = (kind: string) => connectionKinds().get(kind)!;
const withoutKind = ({ kind: _, ...item }: Connection) => item;
const withoutOperators = (input: ResourceInput): ResourceInput =>
  Object.fromEntries(Object.entries(input).filter(([name]) => !OPERATORS.includes(name)));
const nameOf = (actor: PortalActor, company: string): string =>
  actor.companies.find(({ id: one }) => one === company)?.name ?? '';
