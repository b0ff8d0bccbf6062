import { AA_CONTROL, AA_TEXT, contrast, isDark, nearestPassing, readableOn, withLightness } from './colours.js';
import type { ThemeSetting, ThemeSettings } from './manifest.js';

export interface Scheme {
  brand: string;
  /** Text and icons on `brand`. */
  brandContrast: string;
  /** The brand as text or icon on `surface`. */
  brandText: string;
  accent: string;
  accentContrast: string;
  accentText: string;
  surface: string;
  text: string;
}

export interface Palette {
  light: Scheme;
  dark: Scheme;
}

type Colours = Pick<Scheme, 'brand' | 'accent' | 'surface' | 'text'>;
type Role = keyof Colours;

const FALLBACK: Colours = { brand: '#1d4ed8', accent: '#0f766e', surface: '#ffffff', text: '#1a1d21' };
// Links also stand on tints of the surface, which cost some contrast.
const TEXT_WITH_MARGIN = 5.5;
const DARK_SURFACE = { lightness: 0.2, chroma: 0.02 };
const DARK_TEXT = { lightness: 0.94, chroma: 0.012 };

/** The four colours a tenant chose → everything the theme paints with, by day and by night. */
export function palette(declared: readonly ThemeSetting[], settings: ThemeSettings): Palette {
  const colours = chosenColours(declared, settings);
  const light = scheme(colours);
  // A portal on a dark background is dark at any hour.
  return { light, dark: isDark(colours.surface) ? light : scheme(atNight(colours)) };
}

export interface ContrastFinding {
  /** What is drawn on what. */
  pair: 'text-on-surface' | 'brand-on-surface' | 'accent-on-surface';
  /** Name of the setting to change, when the theme has one. */
  setting: string | null;
  foreground: string;
  background: string;
  ratio: number;
  required: number;
  passes: boolean;
  /** The nearest colour that passes; null when nothing need change. */
  suggestion: string | null;
}

/**
 * The chosen colours against WCAG AA. Text on the brand's colour and links are not in the list: those colours are computed
 * and always pass.
 */
export function contrastReport(declared: readonly ThemeSetting[], settings: ThemeSettings): ContrastFinding[] {
  const { brand, accent, surface, text } = chosenColours(declared, settings);
  const finding = (
    pair: ContrastFinding['pair'],
    role: Role,
    foreground: string,
    required: number,
  ): ContrastFinding => {
    const ratio = Math.floor(contrast(foreground, surface) * 100) / 100;
    const passes = ratio >= required;
    const suggestion = passes ? null : nearestPassing(foreground, surface, required);
    return {
      pair,
      setting: settingOf(declared, role)?.name ?? null,
      foreground,
      background: surface,
      ratio,
      required,
      passes,
      suggestion,
    };
  };
  return [
    finding('text-on-surface', 'text', text, AA_TEXT),
    finding('brand-on-surface', 'brand', brand, AA_CONTROL),
    finding('accent-on-surface', 'accent', accent, AA_CONTROL),
  ];
}

function scheme(colours: Colours): Scheme {
  const { brand, accent, surface } = colours;
  return {
    ...colours,
    brandContrast: readableOn(brand),
    brandText: nearestPassing(brand, surface, TEXT_WITH_MARGIN),
    accentContrast: readableOn(accent),
    accentText: nearestPassing(accent, surface, TEXT_WITH_MARGIN),
  };
}

function atNight({ brand, accent, text }: Colours): Colours {
  const surface = withLightness(text, DARK_SURFACE.lightness, DARK_SURFACE.chroma);
  return {
    surface,
    text: withLightness(text, DARK_TEXT.lightness, DARK_TEXT.chroma),
    brand: nearestPassing(brand, surface, AA_CONTROL),
    accent: nearestPassing(accent, surface, AA_CONTROL),
  };
}

function chosenColours(declared: readonly ThemeSetting[], settings: ThemeSettings): Colours {
  const colour = (role: Role) => {
    const setting = settingOf(declared, role);
    return setting ? String(settings[setting.name] ?? setting.default) : FALLBACK[role];
  };
  return { brand: colour('brand'), accent: colour('accent'), surface: colour('surface'), text: colour('text') };
}

function settingOf(declared: readonly ThemeSetting[], role: Role): ThemeSetting | undefined {
  return declared.find((each) => each.type === 'colour' && each.role === role);
}
