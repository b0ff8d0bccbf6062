import { InvalidField } from '@foyer/access';
import { settingsSchema, type ThemeSetting } from '@foyer/theming';
import type { Sections } from './sections.js';

type Choices = Sections['branding']['settings'];

/** A tenant's values for its theme's settings, if they are what the theme declares. @throws InvalidField at the setting */
export function brandChoices(declared: readonly ThemeSetting[], given: Choices): Choices {
  const result = settingsSchema(declared).safeParse(given);
  // Only what was chosen is kept: the rest follows the theme, also when the theme changes.
  if (result.success) return Object.fromEntries(Object.keys(given).map((name) => [name, result.data[name] ?? null]));
  const { path, code, ...issue } = result.error.issues[0]!;
  const unknown = code === 'unrecognized_keys' && 'keys' in issue ? String((issue.keys as string[])[0]) : '';
  throw new InvalidField(String(path[0] ?? unknown), 'web.form.wrong');
}
