import { z } from 'zod';
import { declareSection } from '@foyer/settings';

/** What the portal tells of its API to whoever asks. */
export const apiSettings = declareSection('api', z.object({ docs: z.boolean().default(false) }));
