import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { isTimeZone, languageName, LOCALES, timeZones } from '@foyer/i18n';
import { type Piece, Slots } from '@foyer/slots';
import { Ask, type Asked, field, type FormState, id, Posts, seeOther, show, type Visit } from '@foyer/web';
import { accountSections } from './identity-slots.js';
import { Accounts } from './accounts.js';
import { TICKET_MAIL_WISHES } from './person.entity.js';
import type { PortalActor } from './portal-actor.js';
import { SignInRules } from './sign-in-rules.js';
import { deviceIn, placeIn } from './where-from.js';

const describing = {
  form: z.object({
    name: field.name(100),
    locale: z.enum(['', ...LOCALES]).transform((value) => value || null),
    time_zone: z
      .string()
      .max(60)
      .refine((value) => value === '' || isTimeZone(value), 'web.form.choice')
      .transform((value) => value || null),
  }),
};
const changingPassword = { form: z.object({ current_password: field.password, password: field.password }) };
const changingEmail = { form: z.object({ email: field.email, current_password: field.password }) };
const onSession = { params: { session: id } };
const at = (base: string) => `${base}/account`;

/** A person's own account, the same on the portal and in the console. */
@Posts<typeof onSession, PortalActor, AccountController>(onSession, (_, { base }) => at(base), {
  'sessions/:session/end': [
    ({ accounts }, { actor, session }) => accounts.endSession(actor, session),
    'identity.account.session-ended',
  ],
})
// What stands lower is asked first: `others` is no session.
@Posts<object, PortalActor, AccountController>({}, (_, { base }) => at(base), {
  'sessions/others/end': [
    ({ accounts }, { actor }) => accounts.endOtherSessions(actor),
    'identity.account.sessions-ended',
  ],
})
export abstract class AccountController {
  abstract readonly base: '' | '/console';
  protected abstract readonly template: string;

  constructor(
    readonly accounts: Accounts,
    private readonly slots: Slots,
    private readonly rules: SignInRules,
  ) {}

  @Get()
  page(@Ask() { visit, actor }: Asked<object, PortalActor>) {
    return this.view(visit, actor);
  }

  @Post('profile')
  async profile(@Ask(describing) asked: Asked<typeof describing, PortalActor>) {
    await asked.form.attempt(({ name, locale, time_zone: timeZone }) =>
      this.accounts.changeProfile(asked.actor, { name, locale, timeZone }),
    );
    return this.answer(asked, 'profile', 'identity.account.saved');
  }

  @Post('password')
  async password(@Ask(changingPassword) asked: Asked<typeof changingPassword, PortalActor>) {
    await asked.form.attempt(({ current_password, password }) =>
      this.accounts.changePassword(asked.actor, current_password, password),
    );
    return this.answer(asked, 'password', 'identity.account.password-changed');
  }

  @Post('email')
  async email(@Ask(changingEmail) asked: Asked<typeof changingEmail, PortalActor>) {
    await asked.form.attempt(({ current_password, email }) =>
      this.accounts.changeEmail(asked.actor, current_password, email),
    );
    return this.answer(asked, 'email', 'identity.account.email-sent');
  }

  protected answer<T>(
    { visit, actor, form }: { visit: Visit; actor: PortalActor; form: FormState<T> },
    name: string,
    flash: string,
  ) {
    return form.failed ? this.view(visit, actor, { [name]: form }) : seeOther(at(this.base), flash);
  }

  private async view(visit: Visit, actor: PortalActor, sent: Record<string, FormState<unknown>> = {}) {
    const { locale, timeZone, ticketMails } = await this.accounts.profile(actor);
    const sessions = await this.accounts.listSessions(actor);
    const profile = { name: actor.name, locale: locale ?? visit.locale, time_zone: timeZone ?? visit.timeZone };
    return show(this.template, {
      base: this.base,
      email: actor.email,
      ...(await this.accounts.passwordOf(actor)),
      least: await this.rules.passwordLength(),
      pendingEmail: await this.accounts.pendingEmail(actor),
      sections: await this.sections(actor, visit),
      forms: {
        profile: visit.form(profile),
        mails: visit.form({ ticket_mails: ticketMails }),
        password: visit.form(),
        email: visit.form(),
        ...sent,
      },
      mailWishes: TICKET_MAIL_WISHES.map((value) => ({ value, label: visit.t(`identity.account.mails.${value}`) })),
      locales: visit.locales.map((value) => ({ value, label: languageName(value) })),
      timeZones: timeZones(timeZone ?? visit.timeZone).map((value) => ({ value, label: value.replaceAll('_', ' ') })),
      sessions: sessions.map(({ id, ip, userAgent, lastSeenAt }) => ({
        id,
        ...deviceIn(userAgent, visit),
        ...placeIn(ip, visit),
        current: id === actor.sessionId,
        lastSeen: new Date(lastSeenAt).toISOString(),
      })),
    });
  }

  /** What other modules keep of a person, for the side that they are on. One after the other: they share the page's transaction. */
  private async sections(actor: PortalActor, visit: Visit): Promise<Piece[]> {
    const pieces: Piece[] = [];
    for (const { on, load } of this.slots.of(accountSections)) {
      if (on !== 'both' && on !== (this.base === '/console' ? 'console' : 'portal')) continue;
      const piece = await load(actor, visit);
      if (piece) pieces.push(piece);
    }
    return pieces;
  }
}
