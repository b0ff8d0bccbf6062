import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { PackSections } from '@foyer/tenants';
import { Themes } from '@foyer/theming';
import { BrandPictures, type PictureKind } from './brand-pictures.js';
import { brandChoices } from './brand-choices.js';
import { type BrandPicture, sections } from './sections.js';
import { Settings } from './settings.js';

const pictureFile = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/, 'the name of a file in the pack')
  .optional();

const declared = z.strictObject({
  general: sections.general.partial().strict().optional(),
  branding: z
    .strictObject({
      theme: z.string().optional(),
      /** Added to those of the packs below. */
      settings: z.record(z.string(), z.union([z.string(), z.boolean()])).optional(),
      logo: pictureFile,
      logoDark: pictureFile,
      favicon: pictureFile,
    })
    .optional(),
  features: sections.features.unwrap().optional(),
  portal: sections.portal.partial().strict().optional(),
  legal: sections.legal.partial().strict().optional(),
});
type Declared = z.output<typeof declared>;
const PICTURES = ['logo', 'logoDark', 'favicon'] as const;

/** `settings.json` of a tenant pack. Pictures are files of the pack; a folder `templates/` in it comes before the theme's. */
@Injectable()
export class SettingsPack implements OnModuleInit {
  constructor(
    private readonly sections: PackSections,
    private readonly settings: Settings,
    private readonly pictures: BrandPictures,
    private readonly themes: Themes,
  ) {}

  onModuleInit(): void {
    this.sections.register<Declared>({
      name: 'settings',
      order: 10,
      schema: declared,
      apply: (content, pack) => this.apply(content, pack),
    });
  }

  private async apply(
    { general, branding, features, portal, legal }: Declared,
    { folder }: { folder: URL | null },
  ): Promise<void> {
    if (general) await this.settings.apply('general', general);
    if (portal) await this.settings.apply('portal', portal);
    if (legal) await this.settings.apply('legal', legal);
    if (features) await this.settings.apply('features', features);
    await this.brand(branding ?? {}, folder);
  }

  private async brand(
    { theme, settings = {}, ...files }: NonNullable<Declared['branding']>,
    folder: URL | null,
  ): Promise<void> {
    const before = await this.settings.stored('branding');
    const chosen = theme ?? before.theme;
    const declaredByTheme = this.themes.theme(chosen).settings;
    const pictures: Partial<Record<PictureKind, BrandPicture>> = {};
    for (const kind of PICTURES) {
      const file = files[kind];
      if (!file) continue;
      if (!folder) throw new Error(`settings.json names ${file}, but this pack has no folder`);
      const path = fileURLToPath(new URL(file, folder));
      if (!(await this.pictures.isSame(before[kind], path)))
        pictures[kind] = await this.pictures.keep(kind, { path, name: file }, null);
    }
    const templates =
      folder && existsSync(new URL('templates/', folder)) ? { pack: basename(fileURLToPath(folder)) } : {};
    const all = brandChoices(declaredByTheme, { ...before.settings, ...settings });
    await this.settings.apply('branding', { theme: chosen, settings: all, ...templates, ...pictures });
  }
}
