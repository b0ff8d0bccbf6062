import { Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Actor } from '@foyer/access';
import { Database } from '@foyer/database';
import { completeSettings, scopedStylesheet, Themes, type ThemeSettings } from '@foyer/theming';
import {
  Can,
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  FormState,
  type FoyerRequest,
  type FoyerResponse,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { brandChoices } from '../brand-choices.js';
import { BrandPictures, type PictureKind } from '../brand-pictures.js';
import { pictureUrl } from '../portal-site.js';
import type { BrandPicture } from '../sections.js';
import { Settings } from '../settings.js';
import {
  type BrandingForm,
  brandingForm,
  choicesOf,
  contrastView,
  formValues,
  settingGroups,
} from './branding-form.js';
import { pathOf } from './settings-page.js';

const PICTURES = ['logo', 'logoDark', 'favicon'] as const;
const PREVIEW_SCOPE = '.brand-scope';

/** Colours, type and pictures of the portal, with their contrasts and a look at them before they are saved. */
@Can('manage', 'Settings')
@ConsoleController('settings/branding')
export class BrandingController {
  constructor(
    private readonly settings: Settings,
    private readonly pictures: BrandPictures,
    private readonly themes: Themes,
    private readonly database: Database,
  ) {}

  @Get()
  @View('settings/team/branding')
  async page(@CurrentVisit() visit: Visit) {
    const { settings } = await this.settings.get('branding');
    return this.view(visit, visit.form(formValues(completeSettings(await this.declared(), settings))), settings, false);
  }

  @Post()
  @View('settings/team/branding')
  async save(@CurrentVisit() visit: Visit, @CurrentActor() actor: Actor, @Req() req: FoyerRequest) {
    const declared = await this.declared();
    const form: BrandingForm = FormState.parse(req, brandingForm(declared)) as BrandingForm;
    const choices = form.failed ? {} : choicesOf(declared, form.value);
    const preview = (req.body as { action?: unknown }).action === 'preview';
    if (preview) return this.view(visit, form, choices, true);
    if (!form.failed && !form.value['accepted'])
      tellContrast(form, contrastView(declared, choices, visit.t.bind(visit)));
    await form.attempt((value) => this.change(actor, req, choices, value));
    return form.failed ? this.view(visit, form, choices, true) : seeOther(pathOf('branding'), 'settings.saved');
  }

  /** The look of typed values as CSS, for the preview on the page: styles may not stand in the page itself. */
  @Get('preview.css')
  async preview(@Query() query: Record<string, unknown>, @Res() res: FoyerResponse) {
    const declared = await this.declared();
    const css = scopedStylesheet(PREVIEW_SCOPE, declared, { ...query });
    res.setHeader('Cache-Control', 'no-store');
    res.type('text/css').send(css);
  }

  private async declared() {
    const { theme } = await this.settings.get('branding');
    return this.themes.theme(theme).settings;
  }

  private async change(
    actor: Actor,
    req: FoyerRequest,
    choices: ThemeSettings,
    value: Record<string, unknown>,
  ): Promise<void> {
    const settings = brandChoices(await this.declared(), choices);
    await this.database.write(async () => {
      const kept: Partial<Record<PictureKind, BrandPicture | null>> = {};
      for (const kind of PICTURES) {
        const upload = req.uploads?.find(({ field }) => field === kind);
        if (upload) kept[kind] = await this.pictures.keep(kind, upload, actor.id);
        else if (value[`remove${kind[0]!.toUpperCase()}${kind.slice(1)}`]) kept[kind] = null;
      }
      await this.settings.change(actor, 'branding', { settings, ...kept });
    });
  }

  private async view(visit: Visit, form: FormState, choices: ThemeSettings, touched: boolean) {
    const declared = await this.declared();
    const branding = await this.settings.get('branding');
    const t = visit.t.bind(visit);
    const contrast = contrastView(declared, choices, t);
    const query = new URLSearchParams(formValues(completeSettings(declared, choices)));
    return {
      form,
      groups: settingGroups(declared, form, touched, t),
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
      preview: { stylesheet: `${pathOf('branding')}/preview.css?${query}` },
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
