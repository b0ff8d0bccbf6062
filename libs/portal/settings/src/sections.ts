import { z } from 'zod';
import { isTimeZone, LOCALES, REGIONS } from '@foyer/i18n';
import { legal } from './legal.js';

export const PORTAL_STATUSES = ['active', 'maintenance', 'disabled'] as const;
export type PortalStatus = (typeof PORTAL_STATUSES)[number];

const locale: z.ZodType<string> = z.enum(LOCALES);

const general = z.object({
  /** Absent: the name the tenant signed up with. */
  name: z.string().trim().min(1).max(80).optional(),
  supportEmail: z.email().max(254).nullable().default(null),
  /** Address, telephone, hours: plain text for the foot of the portal. */
  contact: z.string().max(500).nullable().default(null),
  defaultLocale: locale.default('en'),
  /** What texts without a language are written in, once the main language is another. */
  writtenIn: locale.nullable().default(null),
  locales: z.array(locale).min(1).default(['en']),
  /** By language, where it is not the first of `REGIONS`. */
  regions: z
    .record(z.string(), z.string())
    .refine(
      (regions) => Object.entries(regions).every(([language, region]) => REGIONS[language]?.includes(region)),
      'settings.general.region.unknown',
    )
    .default({}),
  timeZone: z.string().refine(isTimeZone, 'settings.general.time-zone.unknown').default('UTC'),
});

/** A picture of the brand, already drawn anew as PNG. */
const picture = z.object({
  id: z.uuid(),
  storageKey: z.string(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  /** Of the file as it was uploaded, to know it again. */
  sha256: z.string(),
});
export type BrandPicture = z.output<typeof picture>;

const branding = z.object({
  theme: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .default('default'),
  /** Values of the theme's own settings; the theme's manifest says what they may be. */
  settings: z.record(z.string(), z.union([z.string(), z.boolean(), z.null()])).default({}),
  /** Folder in `tenants/` whose templates this tenant uses. */
  pack: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/)
    .nullable()
    .default(null),
  logo: picture.nullable().default(null),
  logoDark: picture.nullable().default(null),
  favicon: picture.nullable().default(null),
});

const portal = z.object({
  status: z.enum(PORTAL_STATUSES).default('active'),
  message: z.string().max(500).default(''),
});

/**
 * The sections of a tenant's settings. Each reads from nothing: what is not stored is its default. What another version of
 * the program stored beside it is passed over.
 */
export const sections = {
  general,
  branding,
  /** Section of the portal → on or off; what is not listed is as its module declared it. */
  features: z.record(z.string().regex(/^[a-z]+$/), z.boolean()).default({}),
  portal,
  legal,
};

export type SectionName = keyof typeof sections;
export type Sections = { [Name in SectionName]: z.output<(typeof sections)[Name]> };
export type Patch<Name extends SectionName> = Partial<Sections[Name]>;
