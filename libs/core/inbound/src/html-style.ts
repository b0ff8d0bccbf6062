/** Longer ones are read as far as this. */
const MAX_STYLE = 2_000;

export interface Look {
  hidden: boolean;
  struck: boolean;
}

/**
 * What a style says about whether its words can be seen, and still count. Outlook's `mso-hide` alone hides nothing: it marks what
 * other programs show instead of something of Outlook's own.
 */
export function lookOf(style: string): Look {
  const rules = new Map<string, string>();
  for (const rule of style.slice(0, MAX_STYLE).toLowerCase().split(';')) {
    const colon = rule.indexOf(':');
    if (colon < 0) continue;
    rules.set(
      rule.slice(0, colon).trim(),
      rule
        .slice(colon + 1)
        .replace('!important', '')
        .trim(),
    );
  }
  const is = (name: string, value: string) => rules.get(name) === value;
  const nothing = (name: string) => /^[.0]+(?:px|pt|em|rem|%)?$/.test(rules.get(name) ?? '');
  const clipped = is('overflow', 'hidden') && ['height', 'max-height', 'width', 'max-width'].some(nothing);
  return {
    hidden: is('display', 'none') || is('visibility', 'hidden') || nothing('opacity') || clipped,
    struck: /line-through/.test(`${rules.get('text-decoration') ?? ''} ${rules.get('text-decoration-line') ?? ''}`),
  };
}
