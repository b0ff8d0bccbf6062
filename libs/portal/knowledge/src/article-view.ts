import type { Visit } from '@foyer/web';
import type { Article } from './article.js';

/** An article as it is offered above an answer; `inserts` is what stands in the answer afterwards. */
export function articleView(visit: Visit, { title, text, url, audience }: Article) {
  return {
    ...{ title, text, href: url },
    inserts: `[${title.replace(/[\\[\]*_`<>]/g, '\\$&')}](<${url}>)`,
    teamOnly: audience === 'team' ? visit.t('knowledge.audience.team') : null,
  };
}
