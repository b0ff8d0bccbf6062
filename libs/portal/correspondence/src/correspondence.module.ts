import { Global, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { Abilities, holds } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { sql, table } from '@foyer/database';
import { FileUses } from '@foyer/files';
import { registerMessages } from '@foyer/i18n';
import { firstSteps, navEntries, setupPages, someoneChanged } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Maintenance } from '@foyer/tenants';
import { Themes } from '@foyer/theming';
import { Arrivals } from './arrivals.js';
import { Bounces } from './bounces.js';
import { Conversations } from './conversations.js';
import { correspondenceRules } from './correspondence.rules.js';
import { Intake } from './intake.js';
import { mailboxes } from './mail-settings.js';
import { MailReading } from './jobs/reading.js';
import { MailFiles } from './mail-files.js';
import { MailLog } from './mail-log.js';
import { Senders } from './senders.js';
import { HeldMailsController } from './team/held-mails.controller.js';
import { MailboxesController } from './team/mailboxes.controller.js';
import { MailInController } from './team/mail-in.controller.js';
import { MailLogController } from './team/mail-log.controller.js';
import { InboundSmtp } from './channels/inbound-smtp.js';
import { MailboxRounds } from './channels/mailbox-rounds.js';
import { WebhookAddress } from './channels/webhook-address.js';
import { WebhookController } from './channels/webhook.controller.js';

registerMessages('correspondence', new URL('../locales', import.meta.url));

const setup = (name: string, icon: string) => ({
  group: 'mail' as const,
  href: `/console/settings/${name}`,
  label: `correspondence.setup.${name}`,
  text: `correspondence.setup.${name}-text`,
  ...{ icon, feature: 'tickets' },
});

@Global()
@Module({
  controllers: [HeldMailsController, MailInController, MailboxesController, MailLogController, WebhookController],
  providers: [
    ...[Arrivals, Bounces, Conversations, Intake, MailFiles, MailLog, MailReading, MailboxRounds],
    ...[Senders, WebhookAddress],
  ],
  exports: [Arrivals],
})
export class CorrespondenceModule implements OnModuleInit {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly abilities: Abilities,
    private readonly slots: Slots,
    private readonly themes: Themes,
    private readonly maintenance: Maintenance,
    private readonly log: MailLog,
    private readonly fileUses: FileUses,
  ) {}

  onModuleInit(): void {
    this.abilities.contribute(correspondenceRules);
    this.themes.registerTemplates('correspondence', new URL('../templates', import.meta.url));
    this.slots.fill(setupPages, 10, setup('mail-in', 'mail'));
    this.slots.fill(setupPages, 12, setup('mail-log', 'activity'));
    this.slots.fill(navEntries, 15, {
      ...{ on: 'console', href: '/console/held-mails', label: 'correspondence.held.nav', icon: 'mail' },
      feature: 'tickets',
      shownTo: ({ ability }) => holds(ability, 'decide', 'Mail'),
    });
    this.slots.fill(firstSteps, 45, {
      ...{ id: 'mail', href: '/console/settings/mail-in', words: 'correspondence.steps.mail', feature: 'tickets' },
      isDone: isReceiving,
    });
    this.fileUses.column('inbound_mail', 'file_id');
    this.maintenance.register('correspondence.sweep', () => this.log.sweep(this.config.inbound.keepDays));
  }
}

/** Emails come in, by whichever way, or a mailbox is connected from which they will. */
const isReceiving = () =>
  sql`${someoneChanged(mailboxes.section.name)} or exists (select from ${table('inbound_mail')})`;

/** Taking mails in by SMTP: the worker. */
@Module({ providers: [InboundSmtp] })
export class MailListeningModule {}
