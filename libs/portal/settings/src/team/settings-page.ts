import type { Slots } from '@foyer/slots';
import type { FormState, Visit } from '@foyer/web';
import type { Section } from '../section.js';
import type { SectionName } from '../sections.js';
import type { Settings } from '../settings.js';
import { setupPages } from '../setup-page.js';
import { asDifferent, changesOf, type Described } from '../resources/resource-change.js';
import type { Offered } from '../resources/resource-rows.js';
import { saveOpened, VERSION } from '../version.js';

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

/** Saves a section from its page by `change`; `about` says what its fields are called, for whoever finds that somebody else has saved it. */
export async function saveSection<T>(
  form: FormState<T>,
  visit: Visit,
  about: Described,
  change: (value: T, version: string | undefined) => Promise<unknown>,
  offered: Offered = () => Promise.resolve([]),
): Promise<void> {
  await saveOpened(form, change, async (wanted, stored) =>
    (await changesOf(about, wanted, stored, visit, offered)).map((one) => asDifferent(visit, one)),
  );
}
