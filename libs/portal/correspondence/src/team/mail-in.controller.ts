import { Get, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import type { Actor } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { choice, described, openedAs, saveSection, Settings, words } from '@foyer/settings';
import {
  addressAsWritten,
  addressInDns,
  Ask,
  type Asked,
  ConsoleController,
  domainInDns,
  type FormState,
  isDomain,
  Posts,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { ReplyAddresses } from '@foyer/tickets';
import { mailSettings } from '../mail-settings.js';
import { WebhookAddress } from '../channels/webhook-address.js';

const PATH = '/console/settings/mail-in';
const ENTRY = /^(?:[^\s@,;]{1,64}@|@)?([^\s@,;]+\.[a-z][a-z\d-]*[a-z\d])$/;
/** As authors of mails have it: of any script, and in small letters. */
const entryOf = (typed: string) => (typed.includes('@') ? addressInDns(typed.toLowerCase()) : domainInDns(typed));
const isEntry = (entry: string) => isDomain(ENTRY.exec(entry)?.[1] ?? '');

/** Addresses or domains, one a line or with commas. */
const list = (max: number, addressesOnly = false) =>
  z
    .string()
    .max(20_000)
    .optional()
    .transform((text) => [
      ...new Set(
        (text ?? '')
          .split(/[\s,;]+/)
          .filter(Boolean)
          .map(entryOf),
      ),
    ])
    .refine((entries) => entries.length <= max, 'correspondence.form.too-many')
    .refine((entries) => entries.every(isEntry), 'correspondence.form.list')
    .refine(
      (entries) => !addressesOnly || entries.every((entry) => /^[^@]+@/.test(entry)),
      'correspondence.form.addresses',
    );
const form = z.object({
  opening: z.enum(['anybody', 'known']),
  allowed: list(500),
  blocked: list(500),
  forwards: list(50, true),
});
const entries = (most: number) => words({ most, max: 320 });
const ABOUT = described('correspondence.form', {
  opening: choice(['anybody', 'known'], 'correspondence.opening', { label: 'correspondence.in.opening' }),
  ...{ allowed: entries(500), blocked: entries(500), forwards: entries(50) },
});
const saving = { form };

/** How mails come in, and from whom. */
@ConsoleController('settings/mail-in', { can: ['manage', 'Settings'] })
@Posts<object, Actor, MailInController>({}, () => PATH, {
  webhook: [({ webhook }, { actor }) => webhook.renew(actor), 'correspondence.webhook.renewed'],
})
export class MailInController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly settings: Settings,
    private readonly addresses: ReplyAddresses,
    readonly webhook: WebhookAddress,
  ) {}

  @Get()
  @View('correspondence/team/mail-in')
  async page(@Ask() { visit }: Asked) {
    const { opening, allowed, blocked, forwards } = await this.settings.get(mailSettings);
    const lines = (entries: string[]) => entries.map(addressAsWritten).join('\n');
    const values = { opening, allowed: lines(allowed), blocked: lines(blocked), forwards: lines(forwards) };
    return this.view(visit, visit.form(await openedAs(this.settings, mailSettings, values)));
  }

  @Post()
  @View('correspondence/team/mail-in')
  async save(@Ask(saving) { visit, actor, form: given }: Asked<typeof saving>) {
    await saveSection(given, visit, ABOUT, (values, version) =>
      this.settings.change(actor, mailSettings, values, version),
    );
    return given.failed ? this.view(visit, given) : seeOther(PATH, 'settings.saved');
  }

  private async view(visit: Visit, given: FormState<unknown>) {
    const choices = (['anybody', 'known'] as const).map((value) => ({
      value,
      label: visit.t(`correspondence.opening.${value}`),
      checked: given.values['opening'] === value,
    }));
    return {
      form: given,
      choices,
      address: this.addresses.inbox(),
      webhook: await this.webhook.current(),
      megabytes: this.config.inbound.limitBytes / 1024 / 1024,
      keepDays: this.config.inbound.keepDays,
    };
  }
}
