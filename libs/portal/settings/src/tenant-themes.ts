import { Injectable, type OnModuleInit } from '@nestjs/common';
import { apart, Database } from '@foyer/database';
import type { Tenant } from '@foyer/tenancy';
import { type TemplateFailure, type TenantTheme, Themes, type ThemeSource } from '@foyer/theming';
import { Setting } from './setting.entity.js';
import { SettingsMemory, TEMPLATE_FAILURE } from './settings-memory.js';

/** Tells the theming engine what a tenant has chosen, and keeps what it reports about the tenant's own templates. */
@Injectable()
export class TenantThemes implements ThemeSource, OnModuleInit {
  constructor(
    private readonly themes: Themes,
    private readonly memory: SettingsMemory,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.themes.useSource(this);
  }

  async themeFor(): Promise<TenantTheme> {
    const { branding, overrides, version } = await this.memory.snapshot();
    return { version, theme: branding.theme, settings: branding.settings, overrides, pack: branding.pack ?? undefined };
  }

  /** Comes in the middle of showing a page, which reads only: this small write is no part of it. */
  async templateFailed(_tenant: Tenant, failure: TemplateFailure): Promise<void> {
    const value = { ...failure, at: new Date().toISOString() };
    await apart(() =>
      this.database.write(async (em) => {
        await em.upsert(Setting, { key: TEMPLATE_FAILURE, value, updatedAt: new Date() });
        await this.memory.changed();
      }),
    );
  }
}
