import { Get, Injectable, type OnModuleInit, Post } from '@nestjs/common';
import { z } from 'zod';
import { NotFound } from '@foyer/access';
import { Slots } from '@foyer/slots';
import { Ask, type Asked, DuringMaintenance, field, Guest, PortalController, safeReturn, show, View } from '@foyer/web';
import { signInWays } from '../arrival-slots.js';
import { Arrivals } from '../arrivals.js';
import { goingOn, linkExpired, linkToken } from '../coming-in.js';
import { MailedLinks } from '../mailed-links.js';

const opening = { given: ['token', 'return_to'] } as const;
const asking = { form: z.object({ email: field.email, return_to: z.string().max(300).optional().catch(undefined) }) };
const entering = { form: z.object({ token: linkToken }) };

/** The way to it, where people sign in. */
@Injectable()
export class MailedLinkWay implements OnModuleInit {
  constructor(private readonly slots: Slots) {}

  onModuleInit(): void {
    this.slots.fill(signInWays, 20, {
      method: 'email-link',
      load: (_, __, returnTo) =>
        Promise.resolve({
          template: 'identity/customer/mailed-link-way',
          view: { href: `/sign-in/link?return_to=${encodeURIComponent(returnTo)}` },
        }),
    });
  }
}

/** Signing in by a link to one's mailbox. */
@PortalController('sign-in/link')
export class MailedLinkController {
  constructor(
    private readonly links: MailedLinks,
    private readonly arrivals: Arrivals,
  ) {}

  @Get()
  @Guest()
  @DuringMaintenance()
  @View('identity/customer/mailed-link')
  async page(@Ask(opening) { visit, token, return_to: returnTo }: Asked<typeof opening>) {
    if (!(await this.links.isOn())) throw new NotFound();
    if (token === null) return { form: visit.form(), returnTo: goingOn(returnTo).returnTo };
    const link = await this.links.shown(token, visit.cookie('visitor'));
    return link ? show('identity/customer/mailed-link-entry', { token, ...link }) : linkExpired();
  }

  @Post()
  @Guest()
  @DuringMaintenance()
  @View('identity/customer/mailed-link')
  async send(@Ask(asking) { visit, form }: Asked<typeof asking>) {
    if (!(await this.links.isOn())) throw new NotFound();
    const { returnTo } = goingOn(form.values['return_to']);
    if (form.failed) return { form, returnTo };
    await this.links.send(form.value.email, { browser: visit.cookie('visitor'), returnTo });
    return show('identity/customer/check-mail', { email: form.value.email, purpose: 'sign-in' });
  }

  @Post('entry')
  @Guest()
  @DuringMaintenance()
  async enter(@Ask(entering) { visit, form }: Asked<typeof entering>) {
    const link = form.failed ? null : await this.links.shown(form.value.token, null);
    const person = link && (await this.links.redeem(form.value.token));
    if (!person) return linkExpired();
    const to = safeReturn(link.returnTo, person.teamRole ? '/console' : '/');
    return this.arrivals.arrive(visit, person, { way: 'link', to });
  }
}
