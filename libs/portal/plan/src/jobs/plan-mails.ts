import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PlanDoor, Subscriptions } from '@foyer/billing';
import { PlanChanged } from '@foyer/entitlements';
import { OnEvent, type Stamp } from '@foyer/events';
import { formatters } from '@foyer/i18n';
import { SetupTeam } from '@foyer/identity';
import { type Notice, Notices } from '@foyer/notify';
import { Plans } from '@foyer/plans';
import { currentTenant } from '@foyer/tenancy';
import { Maintenance } from '@foyer/tenants';
import { PATH } from '../plan-page.js';

/** So many days before a trial ends its owners are reminded. */
export const REMINDED_DAYS = [7, 3, 1] as const;
/** What a change of state is told of; the rest is seen in the console. */
const TOLD = ['trial-over', 'late', 'very-late', 'given-up', 'ended', 'paused'] as const;
/** After which the portal may close without another word. */
const LAST_WORD: readonly string[] = ['trial-over', 'ended', 'very-late', 'given-up'];
type Told = (typeof TOLD)[number] | 'restored' | 'started';

interface News {
  what: Told;
  plan: string;
  due: { amount: number; currency: string; url: string | null } | null;
}

/** Tells those who set up the portal what becomes of its plan. */
@Injectable()
export class PlanMails implements OnModuleInit {
  private readonly ending: Notice<{ on: string }, { days: number; on: string }>;
  private readonly news: Notice<{ what: string }, News>;

  constructor(
    private readonly maintenance: Maintenance,
    private readonly plans: Plans,
    private readonly subscriptions: Subscriptions,
    private readonly team: SetupTeam,
    private readonly notices: Notices,
    private readonly door: PlanDoor,
  ) {
    const page = () => `${currentTenant().origin}${PATH}`;
    this.ending = notices.declare({
      ...{ name: 'plan.trial-ending', template: 'plan/email/trial-ending', class: 'mandatory' },
      mayKnow: async (readers, { on }) => (currentTenant().trialEndsAt === on ? this.team.among(readers) : []),
      letter: (_, { days, on }) => ({ data: { days, on, url: page() } }),
    });
    this.news = notices.declare({
      ...{ name: 'plan.news', template: 'plan/email/news', class: 'mandatory' },
      mayKnow: (readers) => this.team.among(readers),
      letter: ({ locale }, { what, plan, due }) => ({
        data: {
          what,
          plan: this.plans.title(plan, locale),
          due: due && formatters(locale).money(due.amount, due.currency),
          // A portal that closes meanwhile lets nobody in.
          url: LAST_WORD.includes(what) ? this.door.address(currentTenant()) : page(),
          payUrl: due?.url ?? null,
        },
      }),
    });
  }

  onModuleInit(): void {
    if (this.plans.areSold) this.maintenance.register('plan.trial', () => this.remind());
  }

  /** Once a day is enough, and the day is its name: however often the maintenance looks in, it is sent once. */
  async remind(now = new Date()): Promise<void> {
    const { status, trialEndsAt } = currentTenant();
    if (status !== 'trialing' || !trialEndsAt) return;
    const days = Math.ceil((Date.parse(trialEndsAt) - now.getTime()) / 86_400_000);
    if (!(REMINDED_DAYS as readonly number[]).includes(days)) return;
    const to = await this.team.all();
    await this.notices.notify(
      this.ending,
      { on: trialEndsAt },
      { id: `${trialEndsAt}.${days}`, to, facts: { days, on: trialEndsAt } },
    );
  }

  @OnEvent(PlanChanged, 'plan.tell')
  async changed(change: PlanChanged, { id }: Stamp): Promise<void> {
    if (this.plans.areSold) await this.tell(change, id);
  }

  /** @param id of the occasion, which is told once */
  async tell({ plan, status, reason, before }: PlanChanged, id: string): Promise<void> {
    const what = whatOf(status, reason, before);
    if (!what) return;
    const [open] = (await this.subscriptions.own())?.mirror.open ?? [];
    const due = open && what !== 'restored' ? { amount: open.due, currency: open.currency, url: open.url } : null;
    await this.notices.notify(this.news, { what }, { id, to: await this.team.all(), facts: { what, plan, due } });
  }
}

function whatOf(status: string, reason: string | null, before: string): Told | null {
  if (status === 'active' && ['past_due', 'restricted', 'suspended'].includes(before)) return 'restored';
  if (status === 'active' && before === 'trialing') return 'started';
  return status === before ? null : (TOLD.find((each) => each === reason) ?? null);
}
