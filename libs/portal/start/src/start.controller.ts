import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import type { PortalActor } from '@foyer/identity';
import { Settings } from '@foyer/settings';
import { currentTenant } from '@foyer/tenancy';
import { Ask, type Asked, ConsoleController, seeOther, View } from '@foyer/web';
import { FirstHour, type Step } from './first-hour.js';
import { firstHour } from './progress.js';

export const PATH = '/console/start';
const skipForm = z.object({ step: z.string().max(60), skipped: z.string().optional() });
const hideForm = z.object({ hidden: z.string().optional() });
const skipping = { form: skipForm };
const hiding = { form: hideForm };

/** The first hour of a business: what to do next, and what is done. */
@ConsoleController('start', { can: ['manage', 'Settings'] })
export class StartController {
  constructor(
    private readonly hour: FirstHour,
    private readonly settings: Settings,
  ) {}

  @Get()
  @View('start/start')
  async page(@Ask() { visit, actor }: Asked<object, PortalActor>) {
    const all = await this.hour.steps(actor);
    const { words, isHidden, isFinished } = await this.settings.get(firstHour);
    const { locale } = visit;
    const view = ({ step: { id, href, words: key }, ...state }: Step) => ({
      ...{ id, href, ...state },
      title: words[id]?.title[locale as 'en'] ?? visit.t(`${key}.title`),
      text: words[id]?.text[locale as 'en'] ?? visit.t(`${key}.text`),
      action: visit.t(`${key}.action`),
    });
    const left = all.filter(({ isDone, isSkipped }) => !isDone && !isSkipped);
    const done = all.filter(({ isDone }) => isDone);
    const { origin } = currentTenant();
    return {
      ...{ name: actor.name.split(' ')[0], url: origin, address: new URL(origin).host },
      next: left.slice(0, 1).map(view),
      later: left.slice(1).map(view),
      done: done.map(view),
      skipped: all.filter(({ isSkipped }) => isSkipped).map(view),
      count: { done: done.length, all: all.length },
      ...{ isHidden, isFinished },
    };
  }

  @Post('portal')
  async look(@Ask() { actor }: Asked<object, PortalActor>) {
    await this.hour.lookAtPortal(actor);
    return seeOther('/');
  }

  @Post('skipped')
  async skip(@Ask(skipping) { actor, form }: Asked<typeof skipping, PortalActor>) {
    await form.attempt(({ step, skipped }) => this.hour.skip(actor, step, Boolean(skipped)));
    return seeOther(PATH);
  }

  @Post('hidden')
  async hide(@Ask(hiding) { actor, form }: Asked<typeof hiding, PortalActor>) {
    const isHidden = !form.failed && Boolean(form.value.hidden);
    await this.hour.hide(actor, isHidden);
    return isHidden ? seeOther('/console', 'start.hidden') : seeOther(PATH);
  }

  @Post('finished')
  async finish(@Ask() { actor }: Asked<object, PortalActor>) {
    await this.hour.finish(actor);
    return seeOther('/console', 'start.finished');
  }
}
