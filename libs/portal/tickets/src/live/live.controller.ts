import { Get, HttpCode, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import { holds } from '@foyer/access';
import { formatters } from '@foyer/i18n';
import type { PortalActor } from '@foyer/identity';
import { Ask, type Asked, ConsoleController, field, PortalController, Repeatable, type Visit } from '@foyer/web';
import { TicketPageReader } from '../ticket-page.js';
import { type Colleague, LiveTickets } from './live-tickets.js';
import { SeenTickets } from './seen-tickets.js';
import { Streams } from './streams.js';
import { onTicket } from '../on-ticket.js';

const presenceForm = z.object({ typing: field.flag });
const seeing = { ...onTicket, form: presenceForm };

/** What the console hears while a page is open: that tickets have changed, and who else is there. */
@ConsoleController('tickets', { feature: 'tickets', can: ['read', 'Desk'] })
export class TeamLiveController {
  constructor(
    private readonly live: LiveTickets,
    private readonly streams: Streams,
    private readonly page: TicketPageReader,
    private readonly seen: SeenTickets,
  ) {}

  @Get('live')
  inbox(@Ask() { actor }: Asked<object, PortalActor>, @Res() res: Response): void {
    this.streams.start(
      actor,
      res,
      (changed) => this.live.onTouched(changed),
      (say) => say('changed'),
      ({ ability }) => Promise.resolve(holds(ability, 'read', 'Desk')),
    );
  }

  @Get(':number/live')
  async ticket(
    @Ask(onTicket) { visit, actor, number }: Asked<typeof onTicket, PortalActor>,
    @Res() res: Response,
  ): Promise<void> {
    await this.page.mayRead(actor, number);
    this.streams.start(
      actor,
      res,
      (changed) => this.live.onTouched((touched) => (touched === null || touched === number ? changed() : undefined)),
      (say) => {
        say('changed');
        say('presence', { text: presenceText(visit, this.live.others(actor, number)) });
      },
      (now) => this.page.isOpenTo(now, number),
    );
  }

  /** The browser says that its reader is still there, and whether they write. */
  @Post(':number/presence')
  @Repeatable()
  @HttpCode(204)
  async here(@Ask(seeing) { actor, number, form }: Asked<typeof seeing, PortalActor>): Promise<void> {
    await this.page.mayRead(actor, number);
    await this.live.here(actor, number, form.value.typing);
    await this.seen.now(actor, number);
  }
}

/** The same for customers: a new reply appears on the page that is open. */
@PortalController('tickets', { feature: 'tickets' })
export class CustomerLiveController {
  constructor(
    private readonly live: LiveTickets,
    private readonly streams: Streams,
    private readonly page: TicketPageReader,
  ) {}

  @Get(':number/live')
  async ticket(
    @Ask(onTicket) { actor, number }: Asked<typeof onTicket, PortalActor>,
    @Res() res: Response,
  ): Promise<void> {
    await this.page.mayRead(actor, number);
    this.streams.start(
      actor,
      res,
      (changed) =>
        this.live.onTouched((touched, shown) =>
          shown && (touched === null || touched === number) ? changed() : undefined,
        ),
      (say) => say('changed'),
      (now) => this.page.isOpenTo(now, number),
    );
  }
}

/** "Mara is replying", or who else has it open. Empty when one is alone. */
export function presenceText(visit: Pick<Visit, 't' | 'region'>, colleagues: Colleague[]): string {
  const writing = colleagues.filter(({ typing }) => typing);
  const names = (people: Colleague[]) => formatters(visit.region).list(people.map(({ name }) => name));
  if (writing.length > 0) return visit.t('tickets.presence.replying', { names: names(writing), count: writing.length });
  return colleagues.length > 0
    ? visit.t('tickets.presence.viewing', { names: names(colleagues), count: colleagues.length })
    : '';
}
