/**
 * The key of a shortcut. Where the keyboard writes other letters than Latin ones (Arabic, Russian), the key that stands in its
 * place on a Latin keyboard is meant.
 */
export function pressed({ key, code, shiftKey }: KeyboardEvent): string {
  if (/^[\u0000-\u024f]*$/.test(key)) return key;
  if (code === 'Slash') return shiftKey ? '?' : '/';
  const [, letter] = /^Key([A-Z])$/.exec(code) ?? [];
  if (!letter) return key;
  return shiftKey ? letter : letter.toLowerCase();
}
