import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { languageName, languageNameIn } from '@foyer/i18n';
import { Ask, type Asked, ConsoleController, type FormState, seeOther, View, type Visit } from '@foyer/web';
import { LEGAL_PAGES, legalTexts } from '../legal.js';
import { translatedText } from '../resources/fields.js';
import { described } from '../resources/resource-change.js';
import { Settings } from '../settings.js';
import { languagesNow } from '../settings-memory.js';
import { openedAs, pathOf, saveSection } from './settings-page.js';

const legalForm = legalTexts.extend({ language: z.string().default('') });
const looking = { given: ['language'] } as const;
const ABOUT = described(
  'settings.legal',
  Object.fromEntries(LEGAL_PAGES.map((page) => [page, translatedText(30_000)])),
);
const saving = { form: legalForm };

/** What the law wants said: a text, or where it stands; for each language of the portal. */
@ConsoleController('settings/legal', { can: ['manage', 'Settings'] })
export class LegalSettingsController {
  constructor(private readonly settings: Settings) {}

  @Get()
  @View('settings/team/legal')
  async page(@Ask(looking) { visit, language: asked }: Asked<typeof looking>) {
    const language = await this.languageOf(asked);
    const { translations, ...first } = await this.settings.get('legal');
    const texts = language === '' ? first : (translations[language] ?? {});
    return this.view(visit, visit.form(await openedAs(this.settings, 'legal', { ...texts, language })));
  }

  @Post()
  @View('settings/team/legal')
  async save(@Ask(saving) { visit, actor, form }: Asked<typeof saving>) {
    const language = await this.languageOf(form.values['language']);
    await saveSection(form, visit, ABOUT, ({ language: _, ...texts }, version) =>
      this.settings.change(
        actor,
        'legal',
        ({ translations }) => (language === '' ? texts : { translations: { ...translations, [language]: texts } }),
        version,
      ),
    );
    return form.failed ? this.view(visit, form) : seeOther(at(language), 'settings.saved');
  }

  /** A language of the portal beside that of the texts themselves, which stands as '' and stays whatever the main one becomes. */
  private async languageOf(asked: unknown): Promise<string> {
    const { locales } = await this.settings.get('general');
    return locales.find((locale) => locale === asked && locale !== languagesNow().written) ?? '';
  }

  private async view(visit: Visit, form: FormState) {
    const { locales } = await this.settings.get('general');
    const { written } = languagesNow();
    const language = await this.languageOf(form.values['language']);
    const shown = language || written;
    return {
      form,
      language,
      main: language === '' ? null : languageNameIn(written, visit.locale),
      tabs: [written, ...locales.filter((locale) => locale !== written)].map((locale) => ({
        label: languageName(locale),
        href: at(locale === written ? '' : locale),
        current: locale === shown,
        count: null,
      })),
    };
  }
}

const at = (language: string): string => pathOf('legal') + (language ? `?language=${language}` : '');
