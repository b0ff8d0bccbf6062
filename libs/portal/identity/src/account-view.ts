import { z } from 'zod';
import { isTimeZone, languageName, LOCALES, timeZones } from '@foyer/i18n';
import { field, type FormState, safeReturn, seeOther, type Visit } from '@foyer/web';
import type { Accounts } from './accounts.js';
import { TICKET_MAIL_WISHES } from './person.entity.js';
import type { PortalActor } from './portal-actor.js';

export const profileForm = z.object({
  name: field.name(100),
  locale: z.enum(['', ...LOCALES]).transform((value) => value || null),
  time_zone: z
    .string()
    .max(60)
    .refine((value) => value === '' || isTimeZone(value), 'web.form.choice')
    .transform((value) => value || null),
});
export const passwordForm = z.object({ current_password: field.password, password: field.password });
export const emailForm = z.object({ email: field.email, current_password: field.password });
export const mailsForm = z.object({ ticket_mails: z.enum(TICKET_MAIL_WISHES) });
export type MailsForm = FormState<z.output<typeof mailsForm>>;
export type ProfileForm = FormState<z.output<typeof profileForm>>;
export type PasswordForm = FormState<z.output<typeof passwordForm>>;
export type EmailForm = FormState<z.output<typeof emailForm>>;

type Forms = { mails?: MailsForm; profile?: ProfileForm; password?: PasswordForm; email?: EmailForm };

/** A person's own account, the same on the portal and in the console; `base` says which. */
export class AccountPages {
  constructor(
    private readonly accounts: Accounts,
    private readonly base: '' | '/console',
  ) {}

  async show(visit: Visit, actor: PortalActor, forms: Forms = {}) {
    const { locale, timeZone, ticketMails } = await this.accounts.profile(actor);
    const sessions = await this.accounts.listSessions(actor);
    return {
      base: this.base,
      email: actor.email,
      pendingEmail: await this.accounts.pendingEmail(actor),
      forms: {
        profile:
          forms.profile ??
          visit.form({ name: actor.name, locale: locale ?? visit.locale, time_zone: timeZone ?? visit.timeZone }),
        mails: forms.mails ?? visit.form({ ticket_mails: ticketMails }),
        password: forms.password ?? visit.form(),
        email: forms.email ?? visit.form(),
      },
      mailWishes: TICKET_MAIL_WISHES.map((value) => ({ value, label: visit.t(`identity.account.mails.${value}`) })),
      locales: visit.locales.map((value) => ({ value, label: languageName(value) })),
      timeZones: timeZones(timeZone ?? visit.timeZone).map((value) => ({ value, label: value.replaceAll('_', ' ') })),
      sessions: sessions.map(({ id, ip, userAgent, lastSeenAt }) => ({
        id,
        ...deviceName(userAgent, visit),
        address: ip,
        current: id === actor.sessionId,
        lastSeen: new Date(lastSeenAt).toISOString(),
      })),
    };
  }

  async changeProfile(visit: Visit, actor: PortalActor, form: ProfileForm) {
    await form.attempt(({ name, locale, time_zone: timeZone }) =>
      this.accounts.changeProfile(actor, { name, locale, timeZone }),
    );
    return form.failed ? this.show(visit, actor, { profile: form }) : this.done('identity.account.saved');
  }

  async chooseMails(visit: Visit, actor: PortalActor, form: MailsForm) {
    await form.attempt(({ ticket_mails: wish }) => this.accounts.chooseMails(actor, wish));
    return form.failed ? this.show(visit, actor, { mails: form }) : this.done('identity.account.saved');
  }

  async changePassword(visit: Visit, actor: PortalActor, form: PasswordForm) {
    await form.attempt(({ current_password, password }) =>
      this.accounts.changePassword(actor, current_password, password),
    );
    return form.failed ? this.show(visit, actor, { password: form }) : this.done('identity.account.password-changed');
  }

  async changeEmail(visit: Visit, actor: PortalActor, form: EmailForm) {
    await form.attempt(({ current_password, email }) => this.accounts.changeEmail(actor, current_password, email));
    return form.failed ? this.show(visit, actor, { email: form }) : this.done('identity.account.email-sent');
  }

  async endSession(actor: PortalActor, id: string) {
    await this.accounts.endSession(actor, id);
    return this.done('identity.account.session-ended');
  }

  async endOtherSessions(actor: PortalActor) {
    await this.accounts.endOtherSessions(actor);
    return this.done('identity.account.sessions-ended');
  }

  private done(flash: string) {
    return seeOther(`${this.base}/account`, flash);
  }
}

const BROWSERS = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'];
const BROWSER_NAMES: Record<string, string> = { Edg: 'Edge', OPR: 'Opera' };
const SYSTEMS: [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

function deviceName(userAgent: string | null, visit: Visit): { device: string; phone: boolean } {
  const agent = userAgent ?? '';
  const browser = BROWSERS.find((name) => agent.includes(`${name}/`));
  const system = SYSTEMS.find(([pattern]) => pattern.test(agent))?.[1];
  const phone = /Mobile|iPhone|Android/.test(agent);
  if (!browser || !system) return { device: visit.t('identity.account.unknown-device'), phone };
  return { device: visit.t('identity.account.device', { browser: BROWSER_NAMES[browser] ?? browser, system }), phone };
}

/** For fields that only some readers of a page have to fill. */
export function required<Fields extends Record<string, unknown>>(
  form: FormState<Fields>,
  ...names: (keyof Fields & string)[]
): void {
  for (const name of names) if (!form.failed && !form.value[name]) form.fail(name, 'web.form.required');
}

/** Where somebody was going when they were asked to sign in or to register, and the way to the other of the two. */
export function goingOn(wanted: unknown) {
  const returnTo = safeReturn(wanted, '') || null;
  return { returnTo, query: returnTo ? `?return_to=${encodeURIComponent(returnTo)}` : '' };
}
