import { Injectable } from '@nestjs/common';
import { type Actor, InvalidField } from '@foyer/access';
import { Database } from '@foyer/database';
import { Entitlements } from '@foyer/entitlements';
import { Outbox } from '@foyer/events';
import { checkTemplate, Themes } from '@foyer/theming';
import { Setting, TemplateOverride } from './setting.entity.js';
import { mayManage } from './settings.js';
import { TemplateChanged } from './settings.events.js';
import { SettingsMemory, TEMPLATE_FAILURE } from './settings-memory.js';

/** Templates that a team publishes in place of the theme's, checked before they are. */
@Injectable()
export class PublishedTemplates {
  constructor(
    private readonly database: Database,
    private readonly themes: Themes,
    private readonly outbox: Outbox,
    private readonly memory: SettingsMemory,
    private readonly entitlements: Entitlements,
  ) {}

  /** What is published stays without the feature. @throws NotInPlan · InvalidField at `source`, with line and reason, or at `path` when no page or component has that name */
  async publish(actor: Actor, path: string, source: unknown): Promise<void> {
    mayManage(actor);
    this.entitlements.demand('themes');
    const partials = new Set(this.themes.templateNames());
    if (!partials.has(path)) throw new InvalidField('path', 'settings.templates.unknown');
    const [problem] = checkTemplate(source, { partials });
    if (problem)
      throw new InvalidField('source', 'settings.templates.refused', {
        line: problem.line ?? 1,
        reason: problem.reason,
      });
    await this.database.write(async (em) => {
      await em.upsert(TemplateOverride, {
        path,
        source: source as string,
        publishedAt: new Date(),
        publishedBy: actor.id,
      });
      await em.nativeDelete(Setting, { key: TEMPLATE_FAILURE });
      await this.outbox.publish(new TemplateChanged(path, 'published', actor.id), { by: actor });
      await this.memory.changed();
    });
  }

  /** The theme's own file shows again. */
  async withdraw(actor: Actor, path: string): Promise<void> {
    mayManage(actor);
    await this.database.write(async (em) => {
      const gone = await em.nativeDelete(TemplateOverride, { path });
      if (gone === 0) return;
      await em.nativeDelete(Setting, { key: TEMPLATE_FAILURE });
      await this.outbox.publish(new TemplateChanged(path, 'withdrawn', actor.id), { by: actor });
      await this.memory.changed();
    });
  }
}
