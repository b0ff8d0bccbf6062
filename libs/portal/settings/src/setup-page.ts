import type { Actor } from '@foyer/access';
import { Slot } from '@foyer/slots';

export const SETUP_GROUPS = ['portal', 'sign-in', 'tickets', 'service', 'mail'] as const;

/** A page of the console's settings. Texts are message keys. */
export interface SetupPage {
  group: (typeof SETUP_GROUPS)[number];
  href: string;
  label: string;
  /** One sentence: what it is good for. */
  text: string;
  icon: string;
  /** Gone when this section is switched off. */
  feature?: string;
  /** Beside setting up the portal, which all of them need. */
  shownTo?: (actor: Actor) => boolean;
}

/** What a team can set up: every module adds its own pages. Those of resources follow from their declarations. */
export const setupPages = new Slot<SetupPage>('console.settings');
