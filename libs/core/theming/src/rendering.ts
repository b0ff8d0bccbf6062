import { formatters, type Formatters } from '@foyer/i18n';
import type { RenderBudget } from './render-budget.js';

/** What a template's words may ask about the page that is being made. */
export interface Rendering {
  readonly locale: string;
  readonly formats: Formatters;
  readonly csrf: string | null;
  readonly origin: string;
  readonly assets: PageAssets;
  /** Present while a tenant's own templates are at work. */
  readonly budget: RenderBudget | null;
}

export interface PageAssets {
  url(name: string): string;
  hasIcon(name: string): boolean;
}

interface PageData {
  page?: { locale?: string; region?: string; timeZone?: string; csrf?: string };
  site?: { origin?: string };
}

export function renderingOf(data: unknown, assets: PageAssets, budget: RenderBudget | null): Rendering {
  const { page, site } = (data ?? {}) as PageData;
  const locale = page?.locale ?? 'en';
  return {
    locale,
    formats: formatters(page?.region ?? locale, page?.timeZone ?? 'UTC'),
    csrf: page?.csrf ?? null,
    origin: site?.origin ?? '',
    assets,
    budget,
  };
}

// Handlebars renders without pause, so the page in the making can stand in a variable: helpers reach it at no cost.
let current: Rendering | null = null;

export function whileRendering<T>(rendering: Rendering, fn: () => T): T {
  const before = current;
  current = rendering;
  try {
    return fn();
  } finally {
    current = before;
  }
}

export function rendering(): Rendering {
  if (!current) throw new Error('Template helpers run only while a page is being rendered');
  return current;
}
