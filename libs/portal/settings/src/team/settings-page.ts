import type { Visit } from '@foyer/web';

const PAGES = ['general', 'branding', 'features', 'portal'] as const;
export type SettingsPage = (typeof PAGES)[number];

export const pathOf = (page: SettingsPage) => `/console/settings/${page}`;

/** The way from one page of the settings to the others. */
export function settingsTabs(visit: Visit, current: SettingsPage) {
  return PAGES.map((page) => ({
    label: visit.t(`settings.tabs.${page}`),
    href: pathOf(page),
    current: page === current,
  }));
}
