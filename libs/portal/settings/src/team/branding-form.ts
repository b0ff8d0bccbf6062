import { z } from 'zod';
import { field, type FormState } from '@foyer/web';
import { choice, type Field, flag, group, part, text } from '../resources/fields.js';
import { type Described, described } from '../resources/resource-change.js';
import { completeSettings, contrastReport, type ThemeSetting, type ThemeSettings } from '@foyer/theming';

const colour = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^#?[0-9a-f]{6}$/, 'settings.branding.colour-wrong')
  .transform((value) => (value.startsWith('#') ? value : `#${value}`));

/** A form of the theme's own settings: one field each, under its name. */
export function brandingForm(declared: readonly ThemeSetting[]) {
  const shape: Record<string, z.ZodType> = {
    accepted: field.flag,
    removeLogo: field.flag,
    removeLogoDark: field.flag,
    removeFavicon: field.flag,
  };
  for (const each of declared) {
    if (each.type === 'colour') shape[each.name] = colour;
    else if (each.type === 'switch') shape[each.name] = field.flag;
    else if (each.type === 'text') shape[each.name] = z.string().trim().max(each.maxlength).default('');
    else if (each.type === 'choice' || each.type === 'font')
      shape[each.name] = z.enum(each.options.map(({ value }) => value));
  }
  return z.object(shape);
}

export type BrandingForm = FormState<Record<string, unknown>>;

/** The values of the theme's settings among what the form holds. */
export function choicesOf(declared: readonly ThemeSetting[], value: Record<string, unknown>): ThemeSettings {
  return Object.fromEntries(
    declared.flatMap(({ name, type }) =>
      type === 'image' || !(name in value) ? [] : [[name, value[name] as string | boolean]],
    ),
  );
}

/** What is typed at this moment, for a look at it: whatever is no colour yet is as it was saved. */
export function typedSettings(
  declared: readonly ThemeSetting[],
  saved: ThemeSettings,
  typed: Record<string, unknown>,
): ThemeSettings {
  const read = Object.entries(brandingForm(declared).shape).flatMap(([name, each]) => {
    const { success, data } = each.safeParse(typed[name]);
    return success ? [[name, data]] : [];
  });
  return completeSettings(declared, { ...saved, ...Object.fromEntries(read) });
}

/** As the page shows them: typed values where there are any, else what is chosen. */
export function settingGroups(
  declared: readonly ThemeSetting[],
  form: FormState,
  touched: boolean,
  t: (key: string) => string,
) {
  const groups = [...new Set(declared.map(({ group }) => group))];
  return groups.map((group) => ({
    name: group,
    label: t(`settings.theme.group.${group}`),
    settings: declared
      .filter((each) => each.group === group && each.type !== 'image')
      .map((each) => {
        const value = form.values[each.name];
        return {
          name: each.name,
          type: each.type,
          label: t(each.label),
          value: typeof value === 'string' ? value : touched ? '' : String(each.default ?? ''),
          checked: each.type === 'switch' && value !== undefined && value !== '' && value !== '0',
          maxlength: each.type === 'text' ? each.maxlength : null,
          options:
            'options' in each
              ? each.options.map((option) => ({
                  value: option.value,
                  label: t(option.label),
                  selected: option.value === value,
                }))
              : [],
          isDefault: value === each.default,
        };
      }),
  }));
}

/** What is said of a brand where somebody else has changed it: pictures by themselves say enough when they are there. */
export const aboutBranding = (declared: readonly ThemeSetting[]): Described =>
  described('settings.branding', {
    settings: group(
      Object.fromEntries(declared.flatMap((each) => (each.type === 'image' ? [] : [[each.name, fieldOf(each)]]))),
    ),
    ...Object.fromEntries(
      declared.flatMap(({ name, type, label }) => (type === 'image' ? [[name, part(z.unknown(), { label })]] : [])),
    ),
  });

function fieldOf(setting: ThemeSetting): Field {
  const { label } = setting;
  if (setting.type === 'switch') return flag(false, { label });
  if (!('options' in setting)) return text(200, { label });
  const [first] = setting.options;
  const words = first!.label.slice(0, -first!.value.length - 1);
  return choice(setting.options.map(({ value }) => value) as [string], words, { label });
}

/** Values as a form holds them. */
export function formValues(settings: ThemeSettings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) =>
      value === false || value === null ? [] : [[name, value === true ? '1' : value]],
    ),
  );
}

/** The colours against WCAG AA, in words. */
export function contrastView(
  declared: readonly ThemeSetting[],
  settings: ThemeSettings,
  t: (key: string, values?: Record<string, unknown>) => string,
) {
  return contrastReport(declared, completeSettings(declared, settings)).map(
    ({ pair, ratio, required, ...finding }) => ({
      ...finding,
      label: t(`settings.contrast.${pair}`),
      ratio,
      required,
      text: t(finding.passes ? 'settings.contrast.passes' : 'settings.contrast.fails', {
        ratio,
        required,
        suggestion: finding.suggestion ?? '',
      }),
    }),
  );
}
