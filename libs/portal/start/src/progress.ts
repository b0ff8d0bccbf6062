import { z } from 'zod';
import { LOCALES } from '@foyer/i18n';
import { declareSection } from '@foyer/settings';

const said = z.partialRecord(z.enum(LOCALES), z.string().min(1).max(300));

/** What a blueprint says of the first hour: in which order things are done, and what they are called there. */
export const ofBlueprint = {
  steps: z.array(z.string()),
  words: z.record(z.string(), z.strictObject({ title: said, text: said })),
};

/** How far a business is with its first hour, as far as no other fact tells. */
export const firstHour = declareSection(
  'first-steps',
  z.object({
    steps: ofBlueprint.steps.default([]),
    words: ofBlueprint.words.default({}),
    portalSeen: z.boolean().default(false),
    skipped: z.array(z.string()).max(50).default([]),
    /** Put away: found in the settings. */
    isHidden: z.boolean().default(false),
    /** Everything was done, and the team has read so. */
    isFinished: z.boolean().default(false),
  }),
);
