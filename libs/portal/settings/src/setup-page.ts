import type { Actor } from '@foyer/access';

export const SETUP_GROUPS = ['portal', 'tickets', 'service', 'mail'] as const;

/** A page of the console's settings. Texts are message keys. */
export interface SetupPage {
  group: (typeof SETUP_GROUPS)[number];
  href: string;
  label: string;
  /** One sentence: what it is good for. */
  text: string;
  icon: string;
  order: number;
  /** Gone when this section is switched off. */
  feature?: string;
  /** Beside setting up the portal, which all of them need. */
  shownTo?: (actor: Actor) => boolean;
}
