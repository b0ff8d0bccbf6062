import type { Slots } from '@foyer/slots';
import type { FormState, Visit } from '@foyer/web';
import type { Section } from '../section.js';
import type { SectionName } from '../sections.js';
import type { Settings } from '../settings.js';
import { setupPages } from '../setup-page.js';
import { CHANGED, VERSION } from '../version.js';

const PAGES = {
  general: 'company',
  branding: 'palette',
  features: 'switches',
  portal: 'globe',
  legal: 'shield',
} as const;
export type SettingsPage = keyof typeof PAGES;

export const pathOf = (page: SettingsPage) => `/console/settings/${page}`;

/** The pages of the settings that are about the portal as a whole. */
export function addPortalPages(slots: Slots): void {
  for (const [index, [page, icon]] of Object.entries(PAGES).entries())
    slots.fill(setupPages, (index + 1) * 10, {
      group: 'portal',
      href: pathOf(page as SettingsPage),
      label: `settings.tabs.${page}`,
      text: `settings.${page}.lead`,
      icon,
    });
}

/** What the form of a section holds when its page is opened: the values, and the version that saving goes on from. */
export async function openedAs<Values extends object>(
  settings: Settings,
  section: SectionName | Section<object>,
  values: Values,
): Promise<Values & { [VERSION]: string }> {
  return { ...values, [VERSION]: await settings.version(section) };
}

/**
 * Saves a section from its page by `change`. Where somebody else has saved it since the page was opened, that is told once and
 * nothing is lost; whoever saves again means it.
 */
export async function saveSection<T>(
  settings: Settings,
  section: SectionName | Section<object>,
  visit: Visit,
  form: FormState<T>,
  change: (value: T, version: string | undefined) => Promise<unknown>,
): Promise<void> {
  const opened = form.values[VERSION];
  await form.attempt((value) => change(value, typeof opened === 'string' && opened !== '' ? opened : undefined));
  if (form.errors[''] === visit.t(CHANGED)) form.values[VERSION] = await settings.version(section);
}
