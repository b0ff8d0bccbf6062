import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messages } from '@foyer/i18n';
import { currentTenantOrNull, type Tenant } from '@foyer/tenancy';
import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { assetPath, ThemeAssets, type Asset } from './assets.js';
import { checkTemplate } from './check-template.js';
import { Environment } from './environment.js';
import { FormerNames } from './former-names.js';
import { completeSettings, type ThemeSettings } from './manifest.js';
import { assertPlain, inItsOwnWords, plainCopy } from './plain-data.js';
import { RenderBudget, RENDER_LIMITS, type RenderLimits } from './render-budget.js';
import { renderingOf, whileRendering } from './rendering.js';
import { palette, type Palette } from './palette.js';
import { tenantStylesheet } from './stylesheet.js';
import { TemplateError } from './template-error.js';
import { TemplateFolder, TemplateOverrides, type TemplateLayer } from './template-files.js';
import { DEFAULT_THEME, loadTheme, type Theme } from './theme.js';
import type { TemplateFailure, TenantTheme, ThemeSource } from './theme-source.js';
import { WatchedFolders } from './watched-folders.js';

export interface ThemesOptions {
  /** Templates, texts and CSS are read again when they change. Default: false. */
  watch?: boolean;
  /** Views are held to plain data. Default: true. */
  strict?: boolean;
  /** Folder of the tenant packs; themes live in `<pack>/theme`. */
  tenantsDir?: string;
  source?: ThemeSource;
  limits?: RenderLimits;
}

/** What a page's layout needs to know of the look. */
export interface Look {
  theme: string;
  stylesheets: string[];
  script: string;
  /** The browser's own bars take it. */
  themeColour: string;
  /** Colours as values, for where custom properties do not reach: mails, documents. */
  palette: Palette;
  settings: ThemeSettings;
}

const PLATFORM: TenantTheme = { version: 'platform', theme: DEFAULT_THEME, settings: {}, overrides: {} };
const MAX_TENANT_ENVIRONMENTS = 30;
const PAUSE_AFTER_FAILURE = 60_000;

/** What follows from a theme and a tenant's choices. */
interface TenantLook {
  settings: ThemeSettings;
  palette: Palette;
  css: string;
  version: string;
}

interface LoadedTheme {
  theme: Theme;
  assets: ThemeAssets;
}

/** Renders every page, mail and document in the look of the ambient tenant, or of the platform outside of one. */
export class Themes {
  private readonly watched: WatchedFolders | null;
  /** How far the texts were read. */
  private textsAt = 0;
  private readonly strict: boolean;
  private readonly tenantsDir: string;
  private readonly limits: RenderLimits;
  private readonly log = new Logger('Themes');
  private source: ThemeSource | undefined;
  private readonly features = new Map<string, string>();
  private readonly former = new FormerNames();
  private readonly themes = new Map<string, LoadedTheme>();
  /** Tenants without templates of their own share these: one for each theme and pack. */
  private readonly shared = new Map<string, Environment>();
  private readonly own = new LRUCache<string, Environment>({ max: MAX_TENANT_ENVIRONMENTS });
  private readonly looks = new LRUCache<string, TenantLook>({ max: 5_000 });
  private readonly paused = new LRUCache<string, true>({ max: 1_000, ttl: PAUSE_AFTER_FAILURE });

  constructor(options: ThemesOptions = {}) {
    this.watched = options.watch ? new WatchedFolders() : null;
    this.strict = options.strict ?? true;
    this.tenantsDir = options.tenantsDir ?? fileURLToPath(new URL('../../../../tenants/', import.meta.url));
    this.limits = options.limits ?? RENDER_LIMITS;
    this.source = options.source;
    const texts = join(this.tenantsDir, DEFAULT_THEME, 'theme', 'locales');
    if (existsSync(texts)) messages.register('theme', texts);
  }

  /** Whoever keeps tenants' settings announces itself here, because it stands above this module. */
  useSource(source: ThemeSource): void {
    this.source = source;
  }

  registerTemplates(namespace: string, dir: URL | string): void {
    const folder = typeof dir === 'string' && !dir.startsWith('file:') ? dir : fileURLToPath(dir);
    const known = this.features.get(namespace);
    if (known !== undefined && known !== folder) throw new Error(`Templates "${namespace}" already come from ${known}`);
    this.features.set(namespace, folder);
    this.shared.clear();
    this.own.clear();
  }

  /** How names of templates began before, and how they begin now: they are found by either for two releases. */
  renamed(beginnings: Readonly<Record<string, string>>): void {
    this.former.add(beginnings);
    this.shared.clear();
    this.own.clear();
  }

  /** @param view plain JSON with the globals `site`, `me`, `page` and, on pages with one, `form` */
  async render(name: string, view: object): Promise<string> {
    const data = inItsOwnWords(view);
    const tenant = currentTenantOrNull();
    const chosen = await this.chosenTheme(tenant);
    const { assets } = await this.prepared(chosen.theme);
    if (tenant && hasOverrides(chosen)) {
      const html = await this.renderOwn(tenant, chosen, name, data, assets);
      if (html !== null) return html;
    }
    const environment = this.sharedEnvironment(chosen);
    if (this.strict) assertPlain(data);
    return whileRendering(renderingOf(data, assets, null), () => environment.render(name, data));
  }

  /** Plain text: the template `<name>.txt.hbs`, whose escapes are undone because nothing will read it as HTML. */
  async renderText(name: string, data: object): Promise<string> {
    return unescaped(await this.render(`${name}.txt`, data));
  }

  async has(name: string): Promise<boolean> {
    return this.sharedEnvironment(await this.chosenTheme(currentTenantOrNull())).has(name);
  }

  /** The look of the ambient tenant (or the platform), for the page's globals. */
  async look(): Promise<Look> {
    const chosen = await this.chosenTheme(currentTenantOrNull());
    const { theme, assets } = await this.prepared(chosen.theme);
    const { settings, palette: colours, version } = this.chosenLook(theme, chosen);
    const stylesheets = [assets.url('theme.css'), `/theme.css?v=${version}`];
    const script = assets.url('page.js');
    return { theme: theme.name, stylesheets, script, themeColour: colours.light.surface, palette: colours, settings };
  }

  /** Finding colours that pass takes some searching: once for each set of choices is enough. */
  private chosenLook(theme: Theme, { settings: choices, css = '' }: TenantTheme): TenantLook {
    const key = `${theme.name}|${JSON.stringify(choices)}|${css}`;
    let found = this.looks.get(key);
    if (!found) {
      const settings = completeSettings(theme.settings, choices);
      const sheet = tenantStylesheet(theme.settings, choices, css);
      const version = createHash('sha256').update(sheet).digest('hex').slice(0, 12);
      this.looks.set(key, (found = { settings, palette: palette(theme.settings, settings), css: sheet, version }));
    }
    return found;
  }

  /** `/theme.css`: the tenant's colours and choices as CSS custom properties, then its own CSS. The version changes with the content alone. */
  async stylesheet(): Promise<{ css: string; version: string }> {
    const chosen = await this.chosenTheme(currentTenantOrNull());
    return this.chosenLook(this.loaded(chosen.theme).theme, chosen);
  }

  theme(name: string): Theme {
    return this.loaded(name).theme;
  }

  async assetUrl(name: string, theme: string = DEFAULT_THEME): Promise<string> {
    return (await this.prepared(theme)).assets.url(name);
  }

  /** Answers `/assets/<hash>/<name>`; null = 404. */
  async serveAsset(path: string): Promise<Asset | null> {
    const asked = assetPath(path);
    if (!asked) return null;
    await this.prepared(DEFAULT_THEME);
    let stale: Asset | null = null;
    for (const { assets } of this.themes.values()) {
      const asset = assets.serve(asked.hash, asked.name);
      if (asset?.etag === `"${asked.hash}"`) return asset;
      stale ??= asset;
    }
    return stale;
  }

  /** Every template of every feature and theme that does not compile: for start-up and for the suite. */
  verify(): TemplateError[] {
    const environment = this.sharedEnvironment(PLATFORM);
    return environment.names().flatMap((name) => {
      try {
        environment.verify(name);
        return [];
      } catch (error) {
        return [error as TemplateError];
      }
    });
  }

  /** All templates by name and the file that the default theme takes each from. */
  templateFiles(): { name: string; file: string }[] {
    const environment = this.sharedEnvironment(PLATFORM);
    return environment.names().map((name) => ({ name, file: environment.fileOf(name) }));
  }

  /** What a tenant's template may include. */
  templateNames(): string[] {
    return this.sharedEnvironment(PLATFORM).includable();
  }

  private async chosenTheme(tenant: Tenant | null): Promise<TenantTheme> {
    return tenant && this.source ? this.source.themeFor(tenant) : PLATFORM;
  }

  private async renderOwn(
    tenant: Tenant,
    chosen: TenantTheme,
    name: string,
    data: object,
    assets: ThemeAssets,
  ): Promise<string | null> {
    const attempt = `${tenant.id}|${chosen.version}|${name}`;
    if (this.paused.has(attempt)) return null;
    try {
      const environment = this.ownEnvironment(tenant, chosen);
      const context = plainCopy(data) as object;
      const budget = new RenderBudget(this.limits);
      return whileRendering(renderingOf(data, assets, budget), () => environment.render(name, context));
    } catch (error) {
      const { template, line, reason } = TemplateError.from(error, name, name);
      this.paused.set(attempt, true);
      await this.tellTeam(tenant, { template, line, reason });
      return null;
    }
  }

  private async tellTeam(tenant: Tenant, failure: TemplateFailure): Promise<void> {
    try {
      await this.source?.templateFailed?.(tenant, failure);
    } catch (error) {
      this.log.error({ tenant: tenant.id, ...failure, error: (error as Error).message });
    }
  }

  private sharedEnvironment(chosen: TenantTheme): Environment {
    const key = `${chosen.theme}|${chosen.pack ?? ''}`;
    let environment = this.shared.get(key);
    if (!environment) {
      environment = new Environment(this.folders(chosen), false, undefined, this.former);
      this.shared.set(key, environment);
    } else if (this.watched) environment.refresh(this.watched.version);
    return environment;
  }

  private ownEnvironment(tenant: Tenant, chosen: TenantTheme): Environment {
    const key = `${tenant.id}|${chosen.version}|${chosen.theme}`;
    let environment = this.own.get(key);
    if (!environment) {
      const partials = new Set(this.sharedEnvironment(chosen).includable());
      const check = (source: string, name: string) => {
        const [problem] = checkTemplate(source, { partials });
        if (problem) throw new TemplateError(name, `published ${name}`, problem.reason, problem.line);
      };
      const layers = [new TemplateOverrides(chosen.overrides), ...this.folders(chosen)];
      environment = new Environment(layers, true, check, this.former);
      this.own.set(key, environment);
    } else if (this.watched) environment.refresh(this.watched.version);
    return environment;
  }

  private folders(chosen: TenantTheme): TemplateLayer[] {
    const { theme } = this.loaded(chosen.theme);
    const folders: { dir: string; prefix?: string }[] = [
      ...(chosen.pack ? [{ dir: join(this.tenantsDir, folderName(chosen.pack), 'templates') }] : []),
      ...theme.dirs.map((dir) => ({ dir: join(dir, 'templates') })),
      ...[...this.features].map(([namespace, dir]) => ({ dir, prefix: `${namespace}/` })),
    ];
    this.watched?.add(...folders.map(({ dir }) => dir));
    return folders.map(({ dir, prefix }) => new TemplateFolder(dir, prefix));
  }

  private loaded(name: string): LoadedTheme {
    let loaded = this.themes.get(name);
    if (!loaded) {
      // A theme that was taken away must not take the portals down that had chosen it.
      const known = existsSync(join(this.tenantsDir, folderName(name), 'theme', 'manifest.json'));
      if (!known && name !== DEFAULT_THEME) return this.loaded(DEFAULT_THEME);
      const theme = loadTheme(this.tenantsDir, name);
      loaded = { theme, assets: new ThemeAssets(theme.dirs, this.watched) };
      this.themes.set(name, loaded);
    }
    return loaded;
  }

  private async prepared(name: string): Promise<LoadedTheme> {
    const loaded = this.loaded(name);
    if (this.watched) this.refreshTexts(this.watched);
    await loaded.assets.prepare();
    return loaded;
  }

  private refreshTexts(watched: WatchedFolders): void {
    watched.add(...messages.sources);
    if (this.textsAt === watched.version) return;
    this.textsAt = watched.version;
    messages.refresh();
  }
}

const hasOverrides = (chosen: TenantTheme) => Object.keys(chosen.overrides).length > 0;

function folderName(name: string): string {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) throw new Error(`"${name}" is not the name of a folder in tenants/`);
  return name;
}

const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#x27': "'",
  '#x60': '`',
  '#x3D': '=',
};

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#x27|#x60|#x3D);/g, (_, name: string) => entities[name]!);
}
