export type { Asset } from './assets.js';
export { checkTemplate, type TemplateProblem } from './check-template.js';
export { AA_CONTROL, AA_TEXT, contrast, nearestPassing } from './colours.js';
export {
  completeSettings,
  settingsSchema,
  type ThemeManifest,
  type ThemeSetting,
  type ThemeSettings,
} from './manifest.js';
export { contrastReport, palette, type ContrastFinding, type Palette, type Scheme } from './palette.js';
export { checkCss, type CssProblem } from './tenant-css.js';
export { scopedStylesheet } from './stylesheet.js';
export { TemplateError } from './template-error.js';
export type { TemplateFailure, TenantTheme, ThemeSource } from './theme-source.js';
export type { Theme } from './theme.js';
export { Themes, type Look, type ThemesOptions } from './themes.js';
export { ThemingModule } from './theming.module.js';
export { initials } from './vocabulary.js';
