import { Get } from '@nestjs/common';
import { z } from 'zod';
import { NotFound } from '@foyer/access';
import { type Owing, Revenue, type RevenueDay } from '@foyer/billing';
import { formatters } from '@foyer/i18n';
import { Plans } from '@foyer/plans';
import { AdminController, Ask, type Asked, View, type Visit } from '@foyer/web';
import type { StaffActor } from './staff-principals.js';

const PATH = '/revenue';
const SPANS = [30, 90, 365] as const;
const looking = { query: z.object({ days: z.coerce.number().pipe(z.literal(SPANS)).catch(30) }) };
/** Of the drawing, in its own units: it grows with the page. */
const [WIDTH, HEIGHT] = [720, 160];

/** What the installation earns, for staff who see to bills. */
@AdminController('revenue', { can: ['read', 'Revenue'] })
export class RevenueController {
  constructor(
    private readonly revenue: Revenue,
    private readonly plans: Plans,
  ) {}

  @Get()
  @View('staff/revenue')
  async page(@Ask(looking) { visit, actor, query: { days } }: Asked<typeof looking, StaffActor>) {
    if (!this.plans.areSold) throw new NotFound();
    const history = await this.revenue.history(actor, days);
    const owing = await this.revenue.owing(actor);
    const currencies = [...new Set(history.map(({ currency }) => currency))];
    return {
      spans: SPANS.map((span) => ({
        label: visit.t('staff.revenue.days', { count: span }),
        href: `${PATH}?days=${span}`,
        current: span === days,
      })),
      trials: await this.revenue.trials(actor),
      currencies: currencies.map((currency) =>
        earned(
          visit,
          currency,
          history.filter((each) => each.currency === currency),
        ),
      ),
      owing: owing.map((each) => owingView(visit, each)),
    };
  }
}

function earned(visit: Visit, currency: string, days: RevenueDay[]) {
  const money = (amount: number) => formatters(visit.region).money(amount, currency);
  const number = (value: number, options?: Intl.NumberFormatOptions) => formatters(visit.region).number(value, options);
  const [first, last] = [days[0]!, days.at(-1)!];
  const ended = days.reduce((sum, each) => sum + each.ended, 0);
  // Of those who paid when the time began, and of those who came in it.
  const churn = ended === 0 ? 0 : ended / Math.max(1, Math.max(first.paying, last.paying + ended));
  const top = Math.max(1, ...days.map(({ monthly }) => monthly));
  const step = WIDTH / days.length;
  return {
    code: currency.toUpperCase(),
    monthly: money(last.monthly),
    change: money(last.monthly - first.monthly),
    paying: number(last.paying),
    late: number(last.late),
    churn: number(churn, { style: 'percent', maximumFractionDigits: 1 }),
    chart: {
      ...{ width: WIDTH, height: HEIGHT, top: money(top) },
      from: first.day,
      to: last.day,
      bars: days.map(({ day, monthly }, index) => ({
        ...{ day, text: money(monthly) },
        x: round(index * step + step * 0.1),
        y: round(HEIGHT - (monthly / top) * HEIGHT),
        width: round(step * 0.8),
        height: round((monthly / top) * HEIGHT),
      })),
    },
  };
}

const round = (value: number) => Math.round(value * 10) / 10;

const owingView = (visit: Visit, { tenantId, name, status, due, currency, since, attempts }: Owing) => ({
  ...{ name, status, since },
  href: `/tenants/${tenantId}`,
  due: formatters(visit.region).money(due, currency),
  attempts: visit.t('staff.revenue.attempts', { count: attempts }),
});
