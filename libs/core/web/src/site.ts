import { Injectable } from '@nestjs/common';
import type { Actor } from '@foyer/access';
import type { Face } from './face.js';

/** What every page needs to know of whose page it is; plain JSON under `site` in templates. */
export interface SiteView {
  name: string;
  origin: string;
  nav: { href: string; label: string; icon: string; current: boolean }[];
  stylesheets: string[];
  platform: boolean;
  [more: string]: unknown;
}

export interface SiteContext {
  /** The `site` of templates; navigation depends on where and for whom the page is. */
  view(page: { face: Face; console: boolean; path: string; locale: string; actor: Actor }): SiteView;
  locales: string[];
  defaultLocale: string;
  timeZone: string;
  /** Of each language the region whose dates and numbers are used; what is left out begins as usual. */
  regions?: Readonly<Record<string, string>>;
  /** What the page at a path is called, or the part it belongs to. */
  nameOf?(path: string, locale: string): string | null;
  /** Is this section switched on? Sections that nobody can switch are always on. */
  has(feature: string): boolean;
  /** What a section is called. */
  featureName?(feature: string, locale: string): string | null;
  status: 'active' | 'maintenance' | 'disabled';
  statusMessage: string;
  /** Where customers write to when the portal cannot help them; null where the operator names none. */
  supportEmail?: string | null;
}

export type LoadSite = () => Promise<SiteContext>;

/** Whose pages a face shows. `settings` registers the portal's (from the ambient tenant), the app the platform's own. */
@Injectable()
export class Sites {
  private readonly loaders = new Map<Face, LoadSite>();

  register(face: Face, load: LoadSite): void {
    this.loaders.set(face, load);
  }

  load(face: Face): Promise<SiteContext> {
    const load = this.loaders.get(face);
    if (!load) throw new Error(`Nobody has registered the site of ${face}`);
    return load();
  }
}
