import { randomBytes, randomUUID } from 'node:crypto';
import { Get, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { holds } from '@foyer/access';
import { type Account, BillingAccounts } from '@foyer/billing';
import { type Config, CONFIG } from '@foyer/config';
import { hashPassword } from '@foyer/credentials';
import { latestTenantVersion } from '@foyer/database';
import { Plans } from '@foyer/plans';
import { formatters } from '@foyer/i18n';
import { inTenant, isOperating } from '@foyer/tenancy';
import {
  Directory,
  OwnerArrival,
  Packs,
  newTenantFields,
  TENANT_STATUSES,
  TenantList,
  type TenantRow,
  Tenants,
} from '@foyer/tenants';
import {
  AdminController,
  Ask,
  type Asked,
  Can,
  field,
  filterView,
  type FormState,
  id,
  listView,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import type { StaffActor } from './staff-principals.js';

const PATH = '/tenants';
const REASONS: readonly string[] = ['trial-over', 'late', 'very-late', 'paused', 'given-up', 'ended', 'reconciled'];
const PAGE = 50;
/** At a time. */
const MOST_TRIAL_DAYS = 90;
const filters = z.object({
  q: field.search,
  status: z.enum(TENANT_STATUSES).nullable().catch(null),
  plan: z.string().max(60).nullable().catch(null),
  cursor: z.uuid().nullable().catch(null),
});
const suspendForm = z.object({ reason: field.lines(500), confirmed: z.literal('1', 'staff.tenant.confirm') });
const resumeForm = z.object({ reason: field.lines(500) });
const newTenantForm = z.object({
  ...newTenantFields,
  plan: z.string().max(60),
});
const planForm = z.object({ plan: z.string().max(60), reason: field.lines(500) });
const trialForm = z.object({
  days: z.coerce
    .number('web.form.wrong')
    .int('web.form.wrong')
    .min(1, 'staff.tenant.trial-days')
    .max(MOST_TRIAL_DAYS, 'staff.tenant.trial-days'),
  reason: field.lines(500),
});
const listing = { query: filters };
const creating = { form: newTenantForm };
const onTenant = { params: { id } };
const suspending = { params: { id }, form: suspendForm };
const resuming = { params: { id }, form: resumeForm };
const planning = { params: { id }, form: planForm };
const creditForm = z.object({
  /** In the currency as people write it. */
  amount: z.coerce.number('staff.credit.amount').min(0.01, 'staff.credit.amount').max(10_000, 'staff.credit.amount'),
  key: z.uuid(),
  reason: field.lines(500),
});
const crediting = { params: { id }, form: creditForm };
const extending = { params: { id }, form: trialForm };

/** The register of tenants, for staff. */
@AdminController('tenants', { can: ['read', 'Tenant'] })
export class TenantsController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly list: TenantList,
    private readonly tenants: Tenants,
    private readonly packs: Packs,
    private readonly directory: Directory,
    private readonly arrival: OwnerArrival,
    private readonly plans: Plans,
    private readonly accounts: BillingAccounts,
  ) {}

  @Get()
  @View('staff/tenants')
  async all(@Ask(listing) { visit, actor, query: { q, status, plan, cursor } }: Asked<typeof listing, StaffActor>) {
    const { rows, more } = await this.list.page(actor, { search: q || null, status, plan, after: cursor, limit: PAGE });
    const counts = await this.list.counts(actor);
    const options = TENANT_STATUSES.map((value) => ({
      value,
      label: visit.t(`staff.status.${value}`),
      count: counts[value] ?? 0,
    }));
    return {
      tenants: rows.map((row) => ({ ...this.tenantView(visit, row), href: `${PATH}/${row.id}` })),
      totals: TENANT_STATUSES.flatMap((one) => (counts[one] ? [{ status: one, count: counts[one] }] : [])),
      latestVersion: latestTenantVersion(),
      filters: [
        filterView(visit, PATH, { name: 'status', label: visit.t('staff.field.status'), current: status, options }),
        filterView(visit, PATH, {
          name: 'plan',
          label: visit.t('staff.field.plan'),
          current: plan,
          options: this.planOptions(visit),
        }),
      ],
      ...listView(visit, PATH, {
        q: q || null,
        filters: { status, plan },
        next: more ? rows.at(-1)!.id : null,
        previous: null,
      }),
      can: { create: holds(actor.ability, 'manage', 'Tenant') },
    };
  }

  @Get('new')
  @Can('manage', 'Tenant')
  @View('staff/tenant-new')
  blank(@Ask() { visit }: Asked) {
    return this.newView(visit, visit.form({ plan: this.plans.trialPlan }));
  }

  @Post()
  @Can('manage', 'Tenant')
  @View('staff/tenant-new')
  async create(@Ask(creating) { visit, form }: Asked<typeof creating>) {
    if (!form.errors['plan'] && !this.plans.find(String(form.values['plan']))) form.fail('plan', 'web.form.choice');
    const id = await form.attempt((wanted) => this.open(wanted, visit.locale));
    return id ? seeOther(`${PATH}/${id}`, 'staff.tenant.created') : this.newView(visit, form);
  }

  @Get(':id')
  @View('staff/tenant')
  async one(@Ask(onTenant) { visit, actor, id }: Asked<typeof onTenant, StaffActor>) {
    return this.view(visit, actor, id, visit.form());
  }

  @Post(':id/suspension')
  @View('staff/tenant')
  async suspend(@Ask(suspending) { visit, actor, id, form }: Asked<typeof suspending, StaffActor>) {
    await form.attempt(({ reason }) => this.tenants.suspend(actor, id, reason));
    return form.failed ? this.view(visit, actor, id, form) : seeOther(`${PATH}/${id}`, 'staff.tenant.suspended');
  }

  @Post(':id/resumption')
  @View('staff/tenant')
  async resume(@Ask(resuming) { visit, actor, id, form }: Asked<typeof resuming, StaffActor>) {
    await form.attempt(({ reason }) => this.tenants.resume(actor, id, reason));
    return form.failed ? this.view(visit, actor, id, form) : seeOther(`${PATH}/${id}`, 'staff.tenant.resumed');
  }

  @Post(':id/plan')
  @Can('manage', 'TenantPlan')
  @View('staff/tenant')
  async changePlan(@Ask(planning) { visit, actor, id, form }: Asked<typeof planning, StaffActor>) {
    await form.attempt(({ plan, reason }) => this.tenants.changePlan(actor, id, plan, reason));
    return form.failed
      ? this.view(visit, actor, id, form, 'plan')
      : seeOther(`${PATH}/${id}`, 'staff.tenant.plan-changed');
  }

  @Post(':id/trial')
  @Can('manage', 'TenantPlan')
  @View('staff/tenant')
  async extendTrial(@Ask(extending) { visit, actor, id, form }: Asked<typeof extending, StaffActor>) {
    await form.attempt(({ days, reason }) => this.tenants.extendTrial(actor, id, days, reason));
    return form.failed
      ? this.view(visit, actor, id, form, 'trial')
      : seeOther(`${PATH}/${id}`, 'staff.tenant.trial-extended');
  }

  /** Off what it pays next. */
  @Post(':id/credit')
  @Can('manage', 'TenantPlan')
  @View('staff/tenant')
  async credit(@Ask(crediting) { visit, actor, id, form }: Asked<typeof crediting, StaffActor>) {
    await form.attempt(({ amount, key, reason }) =>
      this.accounts.credit(actor, id, { amount: Math.round(amount * 100), key, reason }),
    );
    return form.failed
      ? this.view(visit, actor, id, form, 'credit')
      : seeOther(`${PATH}/${id}`, 'staff.tenant.credited');
  }

  /** The owner gets a welcome mail and chooses a password by its link: staff never know it. */
  private async open(
    { business, slug: wanted, name, email, plan, blueprint }: z.output<typeof newTenantForm>,
    locale: string,
  ): Promise<string> {
    const passwordHash = await hashPassword(randomBytes(32).toString('base64'));
    const tenant = await this.tenants.provision({
      slug: wanted,
      name: business,
      plan,
      blueprint,
      ownerEmail: email,
      own: {
        settings: { general: { name: business, supportEmail: email } },
        people: { team: [{ name, email, role: 'owner', passwordHash, verified: false }], companies: [], customers: [] },
      },
    });
    await inTenant(tenant, () => this.arrival.welcome({ email, locale }));
    return tenant.id;
  }

  private newView(visit: Visit, form: FormState<unknown>) {
    return {
      form,
      suffix: `.${this.config.baseUrl.host}`,
      plans: this.planOptions(visit),
      blueprints: this.packs.blueprints().map(({ id, name }) => ({ value: id, label: name })),
    };
  }

  /** @param sent which form of the page `form` is; the others are blank */
  private async view(
    visit: Visit,
    actor: StaffActor,
    id: string,
    form: FormState<unknown>,
    sent: 'state' | 'plan' | 'trial' | 'credit' = 'state',
  ) {
    const row = await this.list.one(actor, id);
    const manages = holds(actor.ability, 'manage', 'Tenant');
    const plans = holds(actor.ability, 'manage', 'TenantPlan');
    const operating = isOperating(row);
    const history = await this.list.history(id);
    const account = await this.accounts.of(id);
    return {
      tenant: this.tenantView(visit, row),
      bill: account && this.billView(visit, account),
      usage: null,
      events: history.map(({ what, reason, by, at }) => ({ text: this.happened(visit, what, reason, by), at, by })),
      form: sent === 'state' ? form : visit.form(),
      planForm: sent === 'plan' ? form : visit.form({ plan: row.plan }),
      trialForm: sent === 'trial' ? form : visit.form({ days: String(this.plans.trialDays) }),
      creditForm: sent === 'credit' ? form : visit.form({ key: randomUUID() }),
      plans: this.planOptions(visit),
      can: {
        credit: plans && account !== null,
        suspend: manages && operating,
        resume: manages && row.heldReason !== null,
        plan: plans && !paysFor(account),
        trial:
          plans && !paysFor(account) && row.trialEndsAt !== null && ['trialing', 'restricted'].includes(row.status),
      },
    };
  }

  /** What Stripe last said of it. */
  private billView(visit: Visit, { customerId, currency, mirror: { subscription, open } }: Account) {
    const money = (amount: number, code = currency) => formatters(visit.region).money(amount, code);
    return {
      customerId,
      currency: currency.toUpperCase(),
      subscription: subscription && {
        plan: this.plans.title(subscription.plan ?? '', visit.locale),
        price: money(subscription.amount, subscription.currency),
        interval: visit.t(`staff.bill.${subscription.interval}`),
        startedAt: subscription.startedAt,
        periodEnd: subscription.endedAt ? null : subscription.periodEnd,
        endsAt: subscription.endedAt ?? subscription.endsAt,
        next: subscription.next && this.plans.title(subscription.next.plan, visit.locale),
      },
      owed: open.map(({ id, due, currency: code, createdAt, attempts }) => ({
        ...{ id, createdAt, due: money(due, code) },
        attempts: visit.t('staff.revenue.attempts', { count: attempts }),
      })),
    };
  }

  /** Our own reasons are names; what staff wrote stands as it is. */
  private reason(visit: Visit, reason: string | null): string | null {
    return reason && REASONS.includes(reason) ? visit.t(`staff.standing.${reason}`) : reason;
  }

  private happened(visit: Visit, what: string, given: string | null, by: string | null): string {
    const reason = this.reason(visit, given) ?? '';
    if (!by) return [visit.t(`staff.status.${what}`), reason].filter(Boolean).join(' · ');
    const [kind, value = ''] = what.split(' ');
    if (kind === 'plan') return visit.t('staff.history.plan', { plan: this.plans.title(value, visit.locale), reason });
    if (kind === 'credit') {
      const [, amount, currency = ''] = what.split(' ');
      return visit.t('staff.history.credit', {
        amount: formatters(visit.region).money(Number(amount), currency),
        reason,
      });
    }
    if (kind === 'trial') return visit.t('staff.history.trial', { days: Number(value), reason });
    return visit.t(`staff.history.${what}`, { reason });
  }

  private planOptions(visit: Visit) {
    return this.plans.all().map(({ id: value }) => ({ value, label: this.plans.title(value, visit.locale) }));
  }

  private tenantView(visit: Visit, row: TenantRow) {
    const url = this.directory.originOf(row.slug);
    const latestVersion = latestTenantVersion();
    return {
      ...row,
      statusReason: this.reason(visit, row.statusReason),
      url,
      address: new URL(url).host,
      plan: this.plans.title(row.plan, visit.locale),
      blueprint: row.blueprint === 'default' ? null : row.blueprint,
      latestVersion,
      behind: row.schemaVersion < latestVersion,
      failed: row.migrationError !== null,
      createdAt: new Date(row.createdAt).toISOString(),
      trialEndsAt: row.status === 'trialing' && row.trialEndsAt && new Date(row.trialEndsAt).toISOString(),
    };
  }
}

/** What is paid for is changed where it is paid. */
const paysFor = (account: Account | null): boolean =>
  !!account?.mirror.subscription && account.mirror.subscription.status !== 'canceled';
