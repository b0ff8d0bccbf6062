import { Get, Post, Query, Res } from '@nestjs/common';
import { type Actor, Conflict, InvalidField, TooMany } from '@foyer/access';
import { Database } from '@foyer/database';
import { completeSettings, scopedStylesheet, Themes, type ThemeSetting, type ThemeSettings } from '@foyer/theming';
import {
  Ask,
  type Asked,
  ConsoleController,
  FormState,
  type FoyerResponse,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { brandChoices } from '../brand-choices.js';
import { BrandPictures, MAX_BYTES, PICTURE_ENDINGS, type PictureKind } from '../brand-pictures.js';
import { Features } from '../features.js';
import { PortalHome } from '../home.js';
import { Navigation } from '../navigation.js';
import { pictureUrl } from '../portal-site.js';
import type { BrandPicture } from '../sections.js';
import { Settings } from '../settings.js';
import {
  aboutBranding,
  type BrandingForm,
  brandingForm,
  choicesOf,
  contrastView,
  formValues,
  settingGroups,
  typedSettings,
} from './branding-form.js';
import { openedAs, pathOf, saveSection } from './settings-page.js';
import { VERSION } from '../version.js';

const PICTURES = ['logo', 'logoDark', 'favicon'] as const;
type Pictures = Partial<Record<PictureKind, BrandPicture>>;
const PREVIEW_SCOPE = '.brand-scope';

/** Colours, type and pictures of the portal, with their contrasts and a look at them before they are saved. */
@ConsoleController('settings/branding', { can: ['manage', 'Settings'] })
export class BrandingController {
  constructor(
    private readonly settings: Settings,
    private readonly pictures: BrandPictures,
    private readonly themes: Themes,
    private readonly database: Database,
    private readonly home: PortalHome,
    private readonly navigation: Navigation,
    private readonly features: Features,
  ) {}

  @Get()
  @View('settings/team/branding')
  async page(@Ask() { visit, actor }: Asked) {
    const { settings } = await this.settings.get('branding');
    return this.view(
      visit,
      actor,
      visit.form(
        await openedAs(this.settings, 'branding', formValues(completeSettings(await this.declared(), settings))),
      ),
      settings,
      false,
    );
  }

  @Post()
  @View('settings/team/branding')
  async save(@Ask() { visit, actor }: Asked) {
    const declared = await this.declared();
    const form: BrandingForm = visit.posted(brandingForm(declared)) as BrandingForm;
    const choices = form.failed ? await this.typed(declared, form.values) : choicesOf(declared, form.value);
    if (form.values['action'] === 'preview') {
      for (const { field } of visit.uploads) form.fail(field, 'settings.picture.again');
      return this.view(visit, actor, form, choices, true);
    }
    if (!form.failed && !form.value['accepted'])
      tellContrast(form, contrastView(declared, choices, visit.t.bind(visit)));
    const pictures = await this.uploaded(actor, visit, form);
    // Browsers do not choose a file again by themselves: a picture is kept although what stands beside it was refused.
    if (form.failed && Object.keys(pictures).length > 0) {
      await this.settings.change(actor, 'branding', pictures);
      form.values[VERSION] = await this.settings.version('branding');
    }
    await saveSection(form, visit, aboutBranding(declared), (value, version) =>
      this.change(actor, choices, value, pictures, version),
    );
    return form.failed ? this.view(visit, actor, form, choices, true) : seeOther(pathOf('branding'), 'settings.saved');
  }

  /** The look of typed values as CSS, for the preview on the page: styles may not stand in the page itself. */
  @Get('preview.css')
  async preview(@Query() query: Record<string, unknown>, @Res() res: FoyerResponse) {
    const declared = await this.declared();
    const css = scopedStylesheet(PREVIEW_SCOPE, declared, await this.typed(declared, query));
    res.setHeader('Cache-Control', 'no-store');
    res.type('text/css').send(css);
  }

  /** The contrasts of typed values, by the rule that saving goes by. */
  @Get('contrast')
  @View('settings/team/contrast')
  async contrast(@Ask() { visit }: Asked, @Query() query: Record<string, unknown>) {
    const declared = await this.declared();
    return { contrast: contrastView(declared, await this.typed(declared, query), visit.t.bind(visit)) };
  }

  private async declared() {
    const { theme } = await this.settings.get('branding');
    return this.themes.theme(theme).settings;
  }

  private async typed(declared: readonly ThemeSetting[], values: Record<string, unknown>) {
    const { settings } = await this.settings.get('branding');
    return typedSettings(declared, settings, values);
  }

  private async change(
    actor: Actor,
    choices: ThemeSettings,
    value: Record<string, unknown>,
    pictures: Pictures,
    version: string | undefined,
  ): Promise<void> {
    const settings = brandChoices(await this.declared(), choices);
    const removed = PICTURES.filter((kind) => value[`remove${kind[0]!.toUpperCase()}${kind.slice(1)}`]);
    const none = Object.fromEntries(removed.map((kind) => [kind, null]));
    await this.settings.change(actor, 'branding', { settings, ...none, ...pictures }, version);
  }

  /** Those that are pictures; the others are told at their fields. */
  private async uploaded(actor: Actor, visit: Visit, form: BrandingForm): Promise<Pictures> {
    const kept: Pictures = {};
    for (const kind of PICTURES) {
      const upload = visit.uploads.find(({ field }) => field === kind);
      if (!upload) continue;
      try {
        kept[kind] = await this.database.write(() => this.pictures.keep(kind, upload, actor.id));
      } catch (error) {
        if (error instanceof InvalidField) form.fail(error.field, error.code, error.values);
        else if (error instanceof Conflict || error instanceof TooMany) form.fail(kind, error.code, error.values);
        else throw error;
      }
    }
    return kept;
  }

  /** What of the portal's home the sections that are on bring. */
  private async waysIn(actor: Actor, t: (key: string) => string) {
    const chosen = await this.settings.get('features');
    const isOn = (feature: string) => this.features.isOn(feature, chosen);
    const { search, actions } = this.home.waysIn(actor, isOn);
    return {
      nav: this.navigation.for('portal', actor, isOn).map(({ label }) => t(label)),
      search: search && t(search.label),
      actions: actions.map(({ icon, label }) => ({ icon, label: t(label) })),
    };
  }

  private async view(visit: Visit, actor: Actor, form: FormState, choices: ThemeSettings, touched: boolean) {
    const declared = await this.declared();
    const branding = await this.settings.get('branding');
    const t = visit.t.bind(visit);
    const contrast = contrastView(declared, choices, t);
    const query = new URLSearchParams(formValues(completeSettings(declared, choices)));
    const groups = settingGroups(declared, form, touched, t);
    return {
      form,
      controls: [
        ...groups.flatMap(({ settings }) => settings),
        ...PICTURES.map((name) => ({ name, label: t(`settings.picture.${name}`) })),
      ].map(({ name, label }) => ({ name, label })),
      groups,
      pictures: PICTURES.map((kind) => ({
        name: kind,
        remove: `remove${kind[0]!.toUpperCase()}${kind.slice(1)}`,
        label: t(`settings.picture.${kind}`),
        hint: t(`settings.picture.${kind}-hint`),
        src: branding[kind] ? pictureUrl(kind, branding[kind]) : null,
        width: branding[kind]?.width ?? null,
        height: branding[kind]?.height ?? null,
      })),
      contrast,
      contrastFails: contrast.some(({ passes }) => !passes),
      preview: {
        stylesheet: `${pathOf('branding')}/preview.css?${query}`,
        logo: branding.logo && pictureUrl('logo', branding.logo),
        logoDark: branding.logoDark && pictureUrl('logoDark', branding.logoDark),
        ...(await this.waysIn(actor, t)),
      },
      pictureKinds: PICTURE_ENDINGS,
      pictureBytes: MAX_BYTES,
      pictureMegabytes: MAX_BYTES / 1024 / 1024,
      templateFailure: await this.settings.templateFailure(),
    };
  }
}

/** Colours that people cannot read are refused once, with the nearest that they can; who insists may have them. */
function tellContrast(form: BrandingForm, report: ReturnType<typeof contrastView>): void {
  for (const { passes, setting, ratio, required, suggestion } of report) {
    if (!passes && setting)
      form.fail(setting, 'settings.contrast.fails', { ratio, required, suggestion: suggestion ?? '' });
  }
}
