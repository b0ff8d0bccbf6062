import type { SetupPage } from '../setup-pages.js';

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
export const portalPages: SetupPage[] = Object.entries(PAGES).map(([page, icon], index) => ({
  group: 'portal',
  href: pathOf(page as SettingsPage),
  label: `settings.tabs.${page}`,
  text: `settings.${page}.lead`,
  icon,
  order: (index + 1) * 10,
}));
