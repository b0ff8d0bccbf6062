import { Inject } from '@nestjs/common';
import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { seal } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { Categories, categoryOptions, requestTypes, typeName } from '@foyer/requests';
import { CollectionController, type CollectionRow, Collections } from '@foyer/settings';
import { Can, ConsoleController, domainAsWritten, domainInDns, field, type Visit } from '@foyer/web';
import { type Mailbox, mailboxes, SECURITIES } from '../mail-settings.js';
import { mailboxSeal } from '../channels/mailbox-rounds.js';

const secret = z.string().max(1_000).optional();
const fields = z.object({
  name: field.text(80),
  address: z
    .union([z.literal(''), field.email])
    .optional()
    .transform((value) => value ?? ''),
  host: z
    .string()
    .trim()
    .max(255)
    .transform(domainInDns)
    .refine((host) => /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(host), 'correspondence.mailbox.host-form'),
  port: z.coerce
    .number('correspondence.mailbox.port-form')
    .int('correspondence.mailbox.port-form')
    .min(1, 'correspondence.mailbox.port-form')
    .max(65_535, 'correspondence.mailbox.port-form'),
  security: z.enum(SECURITIES),
  user: field.text(320),
  password: secret,
  new_password: secret,
  typeId: field.optionalId,
  categoryId: field.optionalId,
  enabled: field.flag,
});
/** A new mailbox needs its password, whatever else is wrong; one that is there asks for another under another name. */
const form = fields.refine((typed) => typed.new_password !== undefined || !!typed.password, {
  ...{ path: ['password'], message: 'web.form.required' },
  when: () => true,
});
type Input = z.output<typeof form>;
interface State {
  id: string;
  polledAt: string | null;
  error: string | null;
}

/** Mailboxes that are looked into. A password goes in and never comes out again. */
@Can('manage', 'Settings')
@ConsoleController('settings/mailboxes')
export class MailboxesController extends CollectionController<Mailbox, Input> {
  protected readonly path = '/console/settings/mailboxes';
  protected readonly collection = mailboxes;
  protected readonly form = form;
  protected readonly template = 'correspondence/team/mailbox';
  protected readonly words = 'correspondence.mailbox';
  protected override get ordered() {
    return false;
  }
  /** One statement a page, however many mailboxes it lists. */
  private readonly looks = new WeakMap<Visit, Promise<Map<string, State>>>();

  constructor(
    collections: Collections,
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly categories: Categories,
  ) {
    super(collections);
  }

  protected async row(visit: Visit, { id, name, user, host, enabled }: Mailbox): Promise<CollectionRow> {
    if (!this.looks.has(visit)) this.looks.set(visit, this.states());
    const state = (await this.looks.get(visit)!).get(id);
    const text = state?.error
      ? visit.t(`correspondence.mailbox.error.${state.error}`)
      : `${user} · ${domainAsWritten(host)}`;
    const tone = state?.error ? 'bad' : state?.polledAt ? 'good' : 'info';
    const label = visit.t(`correspondence.mailbox.state.${tone}`);
    return { title: name, text, enabled, badge: enabled ? { label, tone } : null };
  }

  protected values(_visit: Visit, item: Mailbox | null) {
    const { name, address, host, port = 993, security = 'tls', user, typeId, categoryId, enabled = true } = item ?? {};
    const shown = {
      name,
      address,
      host: host && domainAsWritten(host),
      port: String(port),
      security,
      user,
      typeId,
      categoryId,
    };
    return { ...shown, enabled: enabled ? '1' : null };
  }

  protected made({ password: first, new_password: another, ...input }: Input, before: Mailbox | null) {
    const password = another || first;
    const same = before && before.host === input.host && before.user === input.user && before.port === input.port;
    // What was typed for one server must not be sent to another by whoever may change its name.
    if (!password && !same)
      throw before
        ? new InvalidField('new_password', 'correspondence.mailbox.password-again')
        : new InvalidField('password', 'web.form.required');
    const sealed = password ? seal(this.config.secretKey, mailboxSeal(), password) : before!.password;
    return { ...input, password: sealed };
  }

  protected override async choices(visit: Visit, _form: unknown, item: Mailbox | null) {
    const [types, categories] = await Promise.all([this.collections.all(requestTypes), this.categories.all()]);
    return {
      types: types.map((type) => ({ value: type.id, label: typeName(type, visit.locale) })),
      categories: categoryOptions(categories, visit.locale),
      securities: SECURITIES.map((value) => ({ value, label: visit.t(`correspondence.security.${value}`) })),
      hasPassword: item !== null,
    };
  }

  private async states(): Promise<Map<string, State>> {
    const found = await this.database.read((em) =>
      rows<State>(em, sql`select id, polled_at as "polledAt", error from ${table('inbound_mailbox')} limit 1000`),
    );
    return new Map(found.map((state) => [state.id, state]));
  }
}
