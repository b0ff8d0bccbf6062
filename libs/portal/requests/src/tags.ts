import { InvalidField } from '@foyer/access';
import { commaSeparated } from '@foyer/i18n';

export const MAX_TAG = 50;
/** As tags are kept, in one form however they are typed: ` VIP ` → `vip`. */
export const tagOf = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .normalize('NFC')
    .replace(/[\s,،、，]+/g, '-');

/** @throws InvalidField at `tags` */
export function refuseLongTags<T extends readonly string[]>(tags: T): T {
  if (tags.some((tag) => [...tagOf(tag)].length > MAX_TAG))
    throw new InvalidField('tags', 'requests.tags.too-long', { max: MAX_TAG });
  return tags;
}

/** The tags of a list as people type one, with commas or line ends between. */
export const tagsIn = (list: string): string[] => list.split('\n').flatMap(commaSeparated).map(tagOf).filter(Boolean);
