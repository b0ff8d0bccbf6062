import { LAYER_ORDER } from './assets.js';
import { isDark } from './colours.js';
import { completeSettings, type ThemeSetting, type ThemeSettings } from './manifest.js';
import { palette, type Scheme } from './palette.js';

const properties: Record<keyof Scheme, string> = {
  brand: '--brand',
  brandContrast: '--brand-contrast',
  brandText: '--brand-text',
  accent: '--accent',
  accentContrast: '--accent-contrast',
  accentText: '--accent-text',
  surface: '--surface',
  text: '--text',
};

/** A tenant's choices as CSS custom properties, each colour by day and by night, then the tenant's own (checked) CSS. */
export function tenantStylesheet(
  declared: readonly ThemeSetting[],
  stored: Readonly<Record<string, unknown>>,
  css = '',
): string {
  const own = css.trim() ? `\n@layer tenant {\n${css.trim()}\n}\n` : '';
  return `${LAYER_ORDER}\n@layer tenant {\n${variables(':root', declared, stored)}\n}\n${own}`;
}

/** The same for a piece of a page that shows another choice, such as a preview. */
export function scopedStylesheet(
  selector: string,
  declared: readonly ThemeSetting[],
  stored: Readonly<Record<string, unknown>>,
): string {
  return `@layer tenant {\n${variables(selector, declared, stored)}\n}\n`;
}

function variables(
  selector: string,
  declared: readonly ThemeSetting[],
  stored: Readonly<Record<string, unknown>>,
): string {
  const settings = completeSettings(declared, stored);
  const { light, dark } = palette(declared, settings);
  const always = isDark(light.surface);
  const lines = [`color-scheme: ${always ? 'dark' : 'light dark'};`];
  for (const [name, property] of Object.entries(properties) as [keyof Scheme, string][]) {
    const [day, night] = [light[name], dark[name]];
    lines.push(`${property}: ${day === night ? day : `light-dark(${day}, ${night})`};`);
  }
  for (const [property, value] of chosenOptions(declared, settings)) lines.push(`${property}: ${value};`);
  return `  ${selector} {\n${lines.map((line) => `    ${line}`).join('\n')}\n  }`;
}

function chosenOptions(declared: readonly ThemeSetting[], settings: ThemeSettings): [string, string][] {
  return declared.flatMap((each): [string, string][] => {
    if ((each.type !== 'choice' && each.type !== 'font') || !each.property) return [];
    const chosen = each.options.find(({ value }) => value === settings[each.name]);
    return chosen?.css === undefined ? [] : [[each.property, chosen.css]];
  });
}
