import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const name = z.string().regex(/^[a-zA-Z][a-zA-Z0-9]*$/, 'letters and digits, starting with a letter');
const property = z.string().regex(/^--[a-z][a-z0-9-]*$/, 'a CSS custom property such as --radius');
const hexColour = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'a colour such as #1d4ed8');

const common = {
  name,
  /** Message key of what the console calls it. */
  label: z.string(),
  group: z.string(),
};
/** What a choice writes into the stylesheet: CSS of the theme's author, never the tenant's. */
const option = z.object({ value: z.string().regex(/^[a-z0-9-]+$/), label: z.string(), css: z.string().optional() });
const options = z.array(option).min(1);

const setting = z.discriminatedUnion('type', [
  /** The roles are what the engine computes contrasts, tints and dark mode from. */
  z.object({
    ...common,
    type: z.literal('colour'),
    default: hexColour,
    role: z.enum(['brand', 'accent', 'surface', 'text']),
  }),
  z.object({ ...common, type: z.literal('choice'), default: z.string(), options, property: property.optional() }),
  z.object({ ...common, type: z.literal('font'), default: z.string(), options, property }),
  z.object({ ...common, type: z.literal('switch'), default: z.boolean() }),
  z.object({
    ...common,
    type: z.literal('text'),
    default: z.string(),
    maxlength: z.number().int().positive().default(200),
  }),
  /** Holds the id of a stored file. */
  z.object({ ...common, type: z.literal('image'), default: z.null() }),
]);

const manifestSchema = z
  .object({
    name: z.string().regex(/^[a-z][a-z0-9-]*$/),
    label: z.string(),
    version: z.string(),
    extends: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/)
      .nullable()
      .default(null),
    settings: z.array(setting).default([]),
  })
  .superRefine(({ settings }, context) => {
    const seen = new Set<string>();
    settings.forEach((each, index) => {
      if (seen.has(each.name))
        context.addIssue({ code: 'custom', path: ['settings', index], message: `"${each.name}" is declared twice` });
      seen.add(each.name);
      if ('options' in each && !each.options.some(({ value }) => value === each.default)) {
        context.addIssue({
          code: 'custom',
          path: ['settings', index],
          message: `the default of "${each.name}" is none of its options`,
        });
      }
    });
  });

export type ThemeSetting = z.output<typeof setting>;
export type ThemeManifest = z.output<typeof manifestSchema>;
export type ThemeSettings = Record<string, string | boolean | null>;

export class BadManifest extends Error {
  override name = 'BadManifest';
}

export function readManifest(themeDir: string): ThemeManifest {
  const file = join(themeDir, 'manifest.json');
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new BadManifest(`${file}: ${reason}`);
  }
}

/** The settings as the theme declares them, for forms: unknown ones are refused, absent ones keep their default. */
export function settingsSchema(settings: readonly ThemeSetting[]): z.ZodType<ThemeSettings> {
  const shape = Object.fromEntries(settings.map((each) => [each.name, valueSchema(each)]));
  return z.strictObject(shape) as unknown as z.ZodType<ThemeSettings>;
}

/** Stored settings read by the theme of today: what it no longer knows or accepts falls back to its default. */
export function completeSettings(
  settings: readonly ThemeSetting[],
  stored: Readonly<Record<string, unknown>>,
): ThemeSettings {
  return Object.fromEntries(
    settings.map((each) => {
      const parsed = valueSchema(each).safeParse(Object.hasOwn(stored, each.name) ? stored[each.name] : undefined);
      return [each.name, parsed.success ? (parsed.data as string | boolean | null) : each.default];
    }),
  );
}

function valueSchema(each: ThemeSetting): z.ZodType {
  switch (each.type) {
    case 'colour':
      return hexColour.transform((colour) => colour.toLowerCase()).default(each.default);
    case 'choice':
    case 'font':
      return z.enum(each.options.map(({ value }) => value)).default(each.default);
    case 'switch':
      return z.boolean().default(each.default);
    case 'text':
      return z.string().max(each.maxlength).default(each.default);
    case 'image':
      return z.uuid().nullable().default(each.default);
  }
}
