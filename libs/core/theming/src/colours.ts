import { clampChroma, converter, formatHex, wcagContrast } from 'culori';

/** WCAG 2.2: 1.4.3 text, 1.4.11 parts of controls. */
export const AA_TEXT = 4.5;
export const AA_CONTROL = 3;

const oklch = converter('oklch');
const STEP = 0.004;

export function contrast(a: string, b: string): number {
  return wcagContrast(a, b);
}

export function isDark(colour: string): boolean {
  return contrast(colour, '#ffffff') > contrast(colour, '#000000');
}

/** White where it can be read, else near black, else black: one of them always passes (the worst case is 4.58). */
export function readableOn(background: string): string {
  return ['#ffffff', '#14161a'].find((colour) => contrast(colour, background) >= AA_TEXT) ?? '#000000';
}

/** The colour of the same hue, nearest in lightness, that reaches the ratio on the background; black or white if none does. */
export function nearestPassing(colour: string, background: string, ratio: number): string {
  if (contrast(colour, background) >= ratio) return colour;
  const { l } = oklch(colour)!;
  for (let distance = STEP; distance <= 1; distance += STEP) {
    for (const lightness of [l - distance, l + distance]) {
      if (lightness < 0 || lightness > 1) continue;
      const candidate = withLightness(colour, lightness);
      if (contrast(candidate, background) >= ratio) return candidate;
    }
  }
  return contrast('#ffffff', background) > contrast('#000000', background) ? '#ffffff' : '#000000';
}

/** The same hue at another lightness, as much of its chroma as the screen can show and `chroma` allows. */
export function withLightness(colour: string, l: number, chroma = Infinity): string {
  const { c, h } = oklch(colour)!;
  return formatHex(clampChroma({ mode: 'oklch', l, c: Math.min(c, chroma), h: h ?? 0 }, 'oklch'))!;
}
