import { Get, HttpCode, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import { TooMany } from '@foyer/access';
import { type Limit, Limits } from '@foyer/credentials';
import type { PortalActor } from '@foyer/identity';
import { Ask, type Asked, PortalController, Repeatable, safeReturn, seeOther, View } from '@foyer/web';
import { type DraftContent, Drafts } from '../asking/drafts.js';
import { TicketSuggestions } from '../asking/suggestions.js';

const ASKED: Limit = { name: 'ticket-suggestions', points: 400, seconds: 3_600 };
const about = z.object({ subject: z.string().trim().max(200).catch('') });
const place = z.object({ place: z.string().max(60), back: z.string().max(300).optional() });
const keeping = { form: place.loose() };
const discarding = { form: place };
const looking = { query: about };

/** What happens while somebody is still typing: the draft is kept, and what may help already is looked for. */
@PortalController('tickets', { feature: 'tickets' })
export class DraftsController {
  constructor(
    private readonly drafts: Drafts,
    private readonly suggestions: TicketSuggestions,
    private readonly limits: Limits,
  ) {}

  @Post('drafts')
  @Repeatable()
  @HttpCode(204)
  async keep(
    @Ask(keeping) { actor, form }: Asked<typeof keeping, PortalActor>,
    @Res({ passthrough: true }) res: Response,
  ): Promise<void> {
    if (form.failed) return;
    const { version, beside } = await this.drafts.keep(actor, form.value.place, form.values as DraftContent);
    res.set({ 'Draft-Version': version, 'Draft-Beside': String(beside) });
  }

  @Post('drafts/removal')
  async discard(@Ask(discarding) { actor, form }: Asked<typeof discarding, PortalActor>) {
    if (!form.failed) await this.drafts.discard(actor, form.value.place);
    return seeOther(safeReturn(form.failed ? undefined : form.value.back, '/tickets'), 'tickets.draft.discarded');
  }

  @Get('suggestions')
  @View('tickets/request/while-typing')
  async look(@Ask(looking) { visit, actor, query: { subject } }: Asked<typeof looking, PortalActor>) {
    try {
      await this.limits.count(ASKED, actor.id!);
    } catch (error) {
      if (error instanceof TooMany) return { suggestions: [] };
      throw error;
    }
    const asked = { subject, description: '', typeId: null, locale: visit.locale };
    return { suggestions: subject.length < 4 ? [] : await this.suggestions.find(actor, asked) };
  }
}
