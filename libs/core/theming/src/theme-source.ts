import type { Tenant } from '@foyer/tenancy';

/** How a tenant's portal looks: what it chose, and what it published in place of the theme's files. */
export interface TenantTheme {
  /** Changes whenever anything here changes. */
  readonly version: string;
  readonly theme: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Template name → source. */
  readonly overrides: Readonly<Record<string, string>>;
  /** Folder in `tenants/` whose `templates/` come before the theme's. */
  readonly pack?: string;
  /** The tenant's own CSS, already checked. */
  readonly css?: string;
}

/** The port through which whoever keeps tenants' settings tells their look. Asked on every page: answer from memory. */
export interface ThemeSource {
  themeFor(tenant: Tenant): Promise<TenantTheme>;
  /** A tenant's own template failed and the theme's page was shown instead. */
  templateFailed?(tenant: Tenant, failure: TemplateFailure): Promise<void>;
}

export interface TemplateFailure {
  template: string;
  line: number | null;
  reason: string;
}
