import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { allScopes } from '@foyer/api';
import { formatters } from '@foyer/i18n';
import { PeopleList, type PortalActor } from '@foyer/identity';
import { Settings } from '@foyer/settings';
import {
  Ask,
  type Asked,
  ConsoleController,
  field,
  type FormState,
  id,
  Posts,
  seeOther,
  showMade,
  View,
  type Visit,
} from '@foyer/web';
import { apiSettings } from '../api-settings.js';
import { type KeyRow, LIFETIMES, MOST_OVERLAP_DAYS } from '../key-ring.js';
import { Keys } from '../keys.js';

const PATH = '/console/settings/api-keys';
const DAY_MS = 86_400_000;
/** How long before its end a key is pointed out. */
const SOON_DAYS = 30;

const keyForm = z.object({
  name: field.text(80),
  scopes: z
    .union([z.string(), z.array(z.string())])
    .default([])
    .transform((given) => [given].flat().filter(Boolean)),
  company: field.optionalId,
  addresses: field.words(2000).default(''),
  days: z.coerce.number().int('web.form.choice').default(365),
});
const rotationForm = z.object({
  days: z.coerce
    .number('web.form.choice')
    .int('web.form.choice')
    .min(0, 'web.form.choice')
    .max(MOST_OVERLAP_DAYS, 'web.form.choice'),
});
const docsForm = z.object({ docs: field.flag });
const explaining = { form: docsForm };
const creating = { form: keyForm };
const onKey = { params: { id } };
const rotating = { params: { id }, form: rotationForm };

/** Keys for programs, and whether the portal explains its API. */
@ConsoleController('settings/api-keys', { can: ['manage', 'Settings'] })
@Posts<typeof onKey, PortalActor, KeysController>(onKey, () => PATH, {
  ':id/revocation': [({ keys }, { actor, id }) => keys.revoke(actor, id), 'keys.revoked'],
})
export class KeysController {
  constructor(
    readonly keys: Keys,
    private readonly people: PeopleList,
    private readonly settings: Settings,
  ) {}

  @Get()
  @View('keys/team/list')
  async list(@Ask() { visit, actor }: Asked<object, PortalActor>) {
    const keys = await this.keys.all(actor);
    const { docs } = await this.settings.get(apiSettings);
    return { keys: keys.map((key) => keyView(visit, key)), docs };
  }

  @Post('docs')
  async explain(@Ask(explaining) { actor, form }: Asked<typeof explaining, PortalActor>) {
    await this.settings.change(actor, apiSettings, { docs: form.value.docs });
    return seeOther(PATH, 'settings.saved');
  }

  @Get('new')
  @View('keys/team/new')
  blank(@Ask() { visit, actor }: Asked<object, PortalActor>) {
    return this.view(visit, actor, visit.form({ days: '365' }));
  }

  @Post()
  @View('keys/team/new')
  async create(@Ask(creating) { visit, actor, form }: Asked<typeof creating, PortalActor>) {
    const made = await form.attempt(({ name, scopes, company, addresses, days }) =>
      this.keys.create(actor, { name, scopes, days, companyId: company, addresses: addresses.split('\n') }),
    );
    return made ? this.shown(visit, actor, made.id, made.key) : this.view(visit, actor, form);
  }

  @Get(':id')
  @View('keys/team/key')
  async one(@Ask(onKey) { visit, actor, id }: Asked<typeof onKey, PortalActor>) {
    return this.keyPage(visit, actor, id, visit.form({ days: '1' }));
  }

  @Post(':id/rotation')
  @View('keys/team/key')
  async rotate(@Ask(rotating) { visit, actor, id, form }: Asked<typeof rotating, PortalActor>) {
    await this.keys.one(actor, id);
    const key = await form.attempt(({ days }) => this.keys.rotate(actor, id, days));
    return key ? this.shown(visit, actor, id, key) : this.keyPage(visit, actor, id, form);
  }

  /** The only page that ever shows it. */
  private async shown(visit: Visit, actor: PortalActor, id: string, key: string) {
    return showMade('keys/team/shown', {
      secret: key,
      key: keyView(visit, await this.keys.one(actor, id)),
      back: PATH,
    });
  }

  private async keyPage(visit: Visit, actor: PortalActor, id: string, form: FormState<unknown>) {
    const overlaps = [0, 1, MOST_OVERLAP_DAYS].map((days) => ({
      value: String(days),
      label: visit.t('keys.rotate.overlap', { count: days }),
    }));
    return { key: keyView(visit, await this.keys.one(actor, id)), form, overlaps };
  }

  private async view(visit: Visit, actor: PortalActor, form: FormState<unknown>) {
    const chosen = [form.values['scopes'] ?? []].flat();
    return {
      form,
      scopes: allScopes().map(({ name, label, ofCompany }) => ({
        ...{ name, label: visit.t(label), checked: chosen.includes(name) },
        hint: ofCompany ? null : visit.t('keys.field.not-of-company'),
      })),
      companies: await this.people.companyNames(actor),
      lifetimes: LIFETIMES.map((days) => ({
        value: String(days),
        label: visit.t('keys.field.lifetime', { count: days }),
      })),
    };
  }
}

function keyView(visit: Visit, { scopes, ...key }: KeyRow) {
  const labels = new Map(allScopes().map(({ name, label }) => [name, visit.t(label)]));
  const left = new Date(key.expiresAt).getTime() - Date.now();
  const state = key.revokedAt ? 'revoked' : left <= 0 ? 'expired' : left < SOON_DAYS * DAY_MS ? 'soon' : 'active';
  return {
    ...key,
    href: `${PATH}/${key.id}`,
    state: {
      label: visit.t(`keys.state.${state}`),
      tone: { revoked: null, expired: 'bad', soon: 'warn', active: 'good' }[state],
    },
    counts: state === 'active' || state === 'soon',
    able: formatters(visit.region).list(scopes.map((name) => labels.get(name) ?? name)),
    scopes: scopes.map((name) => ({ name, label: labels.get(name) ?? name })),
  };
}
