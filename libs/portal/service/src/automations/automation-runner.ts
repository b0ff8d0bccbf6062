import { Injectable, Logger } from '@nestjs/common';
import { DomainError } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import { translate } from '@foyer/i18n';
import { Collections, Settings } from '@foyer/settings';
import { matches, robot, Ticket, type TicketAction, Tickets } from '@foyer/tickets';
import { Fillings } from '../macros/filling.js';
import { filled } from '../macros/placeholders.js';
import { RuleMails } from './rule-mails.js';
import { type Automation, automations, type EventTrigger, type MailAction } from './automations.js';
import { begin, leave, type RuleRun } from './rule-runs.js';

/** A rule may set another one going, which may set one more going; there it ends. */
export const MAX_DEPTH = 3;

/** Does what automations say, once for each ticket and cause. */
@Injectable()
export class AutomationRunner {
  private readonly log = new Logger('Automations');

  constructor(
    private readonly database: Database,
    private readonly collections: Collections,
    private readonly settings: Settings,
    private readonly tickets: Tickets,
    private readonly fillings: Fillings,
    private readonly mails: RuleMails,
  ) {}

  /** Those that fit as things stand now: what one of them changes is another cause, with a depth of its own. */
  async happened(trigger: EventTrigger, ticketId: string, cause: string, depth: number): Promise<void> {
    const waiting = (await this.collections.all(automations)).filter(
      (each) => each.enabled && each.trigger === trigger,
    );
    if (depth >= MAX_DEPTH || waiting.length === 0) return;
    const ticket = await this.database.read((em) => em.findOne(Ticket, { id: ticketId }));
    for (const each of waiting.filter(({ conditions }) => ticket && matches(conditions, ticket)))
      await this.run(each, { ticketId, ruleId: each.id, cause, depth });
  }

  /** Whether it ran. What cannot be done is told to the team in the thread, and not tried again. */
  async run(automation: Automation, run: RuleRun): Promise<boolean> {
    try {
      return await this.database.write(async (em) => {
        await rows(em, sql`select 1 from ${table('ticket')} where id = ${run.ticketId} for update`);
        const ticket = await em.findOne(Ticket, { id: run.ticketId }, { refresh: true });
        if (!ticket || !matches(automation.conditions, ticket) || !(await begin(em, run))) return false;
        const since = new Date();
        await this.perform(automation, run);
        await leave(em, run, automation.name, since);
        return true;
      });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      await this.failed(automation, run, error);
      return true;
    }
  }

  private async perform({ name, actions, id }: Automation, { ticketId, cause }: RuleRun): Promise<void> {
    const { values } = await this.fillings.of(ticketId);
    const done = actions.filter((action): action is TicketAction => action.do !== 'mail');
    const spoken = done.map((action) => {
      if ('text' in action) return { ...action, text: filled(action.text, values) };
      return action.do === 'approval' ? { ...action, question: filled(action.question, values) } : action;
    });
    if (spoken.length > 0) await this.tickets.act(robot(name), ticketId, spoken);
    for (const mail of actions.filter((action): action is MailAction => action.do === 'mail'))
      await this.mails.send(ticketId, mail, values, `${id}:${cause}`);
  }

  private async failed({ name }: Automation, run: RuleRun, error: DomainError): Promise<void> {
    this.log.warn(`${name} on ${run.ticketId}: ${error.code}`);
    const { defaultLocale } = await this.settings.get('general');
    const reason = translate(defaultLocale, error.code, error.values);
    await this.database.write(async (em) => {
      if (!(await begin(em, run))) return;
      const since = new Date();
      const body = translate(defaultLocale, 'service.automations.failed', { name, reason });
      await this.tickets.note(robot(name), run.ticketId, { body, fileIds: [] });
      await leave(em, run, name, since);
    });
  }
}
