import { messages, translate } from '@foyer/i18n';

/** An installation may have plans of its own, which no text of ours names. */
export function planName(locale: string, id: string): string {
  const key = `signup.plan.${id}.title`;
  return messages.has('en', key) ? translate(locale, key) : id.charAt(0).toUpperCase() + id.slice(1);
}
