import { flag, type SetupPage, text } from '@foyer/settings';

/** Where a list of this module is set up, and after what its texts are called. */
export const onPage = (path: string, icon: SetupPage['icon'], order: number) => ({
  words: `service.${path}`,
  page: { path, icon, order, group: 'service' as const, feature: 'tickets' },
});

/** What most of them begin with: a name for the team, and whether it is in use. */
export const named = {
  name: text(80, { label: 'service.name' }),
  enabled: flag(true, { inList: true }),
};
