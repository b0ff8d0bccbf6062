import type { Response } from 'express';
import { Get, Post, Res } from '@nestjs/common';
import { z } from 'zod';
import { Subscriptions } from '@foyer/billing';
import { apart } from '@foyer/database';
import { Frozen, type Limit, LIMITS } from '@foyer/entitlements';
import { formatters } from '@foyer/i18n';
import type { PortalActor } from '@foyer/identity';
import { INTERVALS, Plans } from '@foyer/plans';
import { currentTenant } from '@foyer/tenancy';
import { NotFound } from '@foyer/access';
import { Ask, type Asked, ConsoleController, field, Posts, seeOther, show, View } from '@foyer/web';
import { PATH, PlanPage } from '../plan-page.js';

const interval = z.enum(INTERVALS);
const choosing = {
  query: z.object({ interval: interval.catch('month'), currency: z.string().max(3).nullable().catch(null) }),
};
const previewing = { query: z.object({ plan: z.string().max(40).catch(''), interval: interval.catch('month') }) };
const buying = { form: z.object({ plan: field.text(40), interval, currency: field.text(3) }) };
const changing = {
  form: z.object({ plan: field.text(40), interval, at: z.coerce.number().int().optional().catch(undefined) }),
};
const cancelling = { form: z.object({ comment: field.optionalLines(500) }) };
const listing = { query: z.object({ after: z.string().max(100).nullable().catch(null) }) };
const freezing = {
  params: { limit: oneOfLimits },
  form: z.object({
    ids: z
      .union([z.string(), z.array(z.string())])
      .default([])
      .transform((given) => [given].flat()),
  }),
};

function oneOfLimits(text: string): Limit {
  const limit = LIMITS.find((each) => each === text);
  if (!limit) throw new NotFound();
  return limit;
}

/** The operator's plan: what it holds, what is used of it, what it costs, and how to have another. */
@ConsoleController('settings/plan', { can: ['manage', 'Settings'] })
@Posts<object, PortalActor, PlanController>({}, () => PATH, {
  resumption: [({ subscriptions }, { actor }) => subscriptions.resume(actor), 'plan.resumed'],
  keeping: [({ subscriptions }, { actor }) => subscriptions.keep(actor), 'plan.kept'],
})
export class PlanController {
  constructor(
    readonly subscriptions: Subscriptions,
    private readonly plans: Plans,
    private readonly pages: PlanPage,
    private readonly frozen: Frozen,
  ) {}

  @Get()
  @View('plan/team/plan')
  page(@Ask() { visit, actor }: Asked<object, PortalActor>) {
    return this.pages.view(visit, actor);
  }

  @Get('plans')
  @View('plan/team/plans')
  async choose(@Ask(choosing) { visit, query }: Asked<typeof choosing, PortalActor>) {
    this.demandSale();
    return this.pages.choice(visit, await this.subscriptions.own(), query.interval, query.currency);
  }

  @Post('checkout')
  @View('plan/team/plans')
  async buy(
    @Ask(buying) { visit, actor, form }: Asked<typeof buying, PortalActor>,
    @Res({ passthrough: true }) res: Response,
  ) {
    this.demandSale();
    const { origin } = currentTenant();
    const url = await form.attempt((choice) =>
      this.subscriptions.checkout(
        actor,
        { ...choice, email: actor.email ?? '', locale: visit.locale },
        { done: `${origin}${PATH}/return?session={CHECKOUT_SESSION_ID}`, left: `${origin}${PATH}/plans` },
      ),
    );
    if (url) return this.leave(res, url);
    const { interval, currency } = form.values as { interval?: string; currency?: string };
    const view = this.pages.choice(
      visit,
      await this.subscriptions.own(),
      interval === 'year' ? 'year' : 'month',
      currency ?? null,
    );
    return { ...view, form };
  }

  /** What it would cost, before anything happens. */
  @Get('preview')
  @View('plan/team/preview')
  async preview(@Ask(previewing) { visit, actor, query }: Asked<typeof previewing, PortalActor>) {
    this.demandSale();
    const plan = this.plans.find(query.plan);
    if (!plan) throw new NotFound();
    const { currency, due, lines, from, at } = await this.subscriptions.preview(actor, query);
    const money = (amount: number) => formatters(visit.region).money(amount, currency);
    return {
      plan: { id: plan.id, ...this.pages.planView(visit, plan, query.interval, currency) },
      interval: query.interval,
      due: money(due),
      lines: lines.map(({ text, amount }) => ({ text, amount: money(amount) })),
      from,
      at,
    };
  }

  @Post('change')
  async change(
    @Ask(changing) { actor, form }: Asked<typeof changing, PortalActor>,
    @Res({ passthrough: true }) res: Response,
  ) {
    this.demandSale();
    const { plan, interval: by, at } = form.value;
    const { confirmAt, from } = await this.subscriptions.change(actor, { plan, interval: by }, at);
    if (confirmAt) return this.leave(res, confirmAt);
    return seeOther(PATH, from ? 'plan.will-change' : 'plan.changed');
  }

  @Post('cancellation')
  async cancel(@Ask(cancelling) { actor, form }: Asked<typeof cancelling, PortalActor>) {
    this.demandSale();
    await this.subscriptions.cancel(actor, form.value.comment ?? '');
    return seeOther(PATH, 'plan.cancelled', 'info');
  }

  /** To Stripe's page for the card, the address and tax ids. */
  @Post('payment')
  async payment(@Ask() { actor }: Asked<object, PortalActor>, @Res({ passthrough: true }) res: Response) {
    this.demandSale();
    return this.leave(res, await this.subscriptions.portal(actor, `${currentTenant().origin}${PATH}/return`));
  }

  /** Back from Stripe, perhaps before its news: what is so now is asked for. Nothing is done but to look. */
  @Get('return')
  async back(@Ask() { actor }: Asked<object, PortalActor>) {
    this.demandSale();
    const account = await apart(() => this.subscriptions.look(actor)).catch(() => null);
    const state = account?.mirror.subscription?.status;
    return seeOther(PATH, state === 'active' || state === 'trialing' ? 'plan.paid' : undefined);
  }

  @Get('invoices')
  @View('plan/team/invoices')
  async invoices(@Ask(listing) { visit, actor, query }: Asked<typeof listing, PortalActor>) {
    this.demandSale();
    return { ...(await this.pages.invoices(visit, actor, query.after)), first: query.after === null };
  }

  /** Which of them stay where there are more than the plan holds. */
  @Post('frozen/:limit')
  async keep(@Ask(freezing) { actor, limit, form }: Asked<typeof freezing, PortalActor>) {
    const kind = this.frozen.of(limit);
    if (!kind) throw new NotFound();
    await kind.keep(actor, form.value.ids);
    return seeOther(PATH, 'plan.frozen.chosen');
  }

  /** A page, since the answer to a form may lead nowhere but here (CSP `form-action`); it goes on by itself. */
  private leave(res: Response, url: string) {
    res.setHeader('Refresh', `0; url=${url}`);
    return show('plan/team/leaving', { url });
  }

  private demandSale(): void {
    if (!this.plans.areSold) throw new NotFound();
  }
}
