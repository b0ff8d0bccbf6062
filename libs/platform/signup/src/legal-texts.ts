import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { FALLBACK_LOCALE, translate } from '@foyer/i18n';

export const LEGAL_PAGES = ['terms', 'privacy', 'imprint'] as const;
export type LegalPage = (typeof LEGAL_PAGES)[number];

const OWN = new URL('../legal/', import.meta.url);
const FILE = /^(terms|privacy|imprint)\.([a-z]{2})\.md$/;

/**
 * Terms, privacy notice and imprint of the platform, in Markdown: files like `terms.en.md` in the folder that `LEGAL_DIR` names. A page
 * of which it has a file is its own in all languages; of the others the product's stand.
 */
@Injectable()
export class LegalTexts {
  private readonly texts = new Map<LegalPage, Map<string, string>>();

  /** @throws Error that names the folder when it is not there or has no text */
  constructor(@Inject(CONFIG) { legalDir }: Config) {
    this.read(OWN);
    if (!legalDir) return;
    const folder = pathToFileURL(`${legalDir}/`);
    if (!existsSync(folder) || !this.read(folder))
      throw new Error(`LEGAL_DIR: ${legalDir} has no file like terms.en.md, privacy.en.md or imprint.en.md`);
  }

  /** Where they are, for the foot of each page. */
  pages(locale: string): { href: string; label: string }[] {
    return LEGAL_PAGES.filter((page) => this.texts.has(page)).map((page) => ({
      href: `/${page}`,
      label: translate(locale, `signup.legal.${page}`),
    }));
  }

  /** In the reader's language, or one that there is. Null for a page that nobody has written. */
  text(page: LegalPage, locale: string): { text: string; locale: string } | null {
    const found = this.texts.get(page);
    if (!found) return null;
    const language = [locale, FALLBACK_LOCALE, ...found.keys()].find((each) => found.has(each))!;
    return { text: found.get(language)!, locale: language };
  }

  private read(folder: URL): boolean {
    const files = readdirSync(folder).flatMap((name) => {
      const [, page, locale] = FILE.exec(name) ?? [];
      return page
        ? [{ page: page as LegalPage, locale: locale!, text: readFileSync(new URL(name, folder), 'utf8') }]
        : [];
    });
    for (const [page, texts] of Map.groupBy(files, (file) => file.page))
      this.texts.set(page, new Map(texts.map(({ locale, text }) => [locale, text])));
    return files.length > 0;
  }
}
