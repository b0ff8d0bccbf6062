import { InvalidField } from '@foyer/access';

/** The words a text may leave open. Nothing else between braces means anything. */
export const PLACEHOLDERS = [
  'customer.name',
  'customer.first_name',
  'company.name',
  'agent.name',
  'agent.first_name',
  'ticket.number',
  'ticket.subject',
  'ticket.url',
  'site.name',
] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];
export type Filling = Record<Placeholder, string>;

/** `{{customer.name}}` → the name. Once and plainly: what is put in is not read again, and none of it becomes markup. */
export function filled(text: string, values: Filling): string {
  return text.replace(/\{\{\s*([a-z._]+)\s*\}\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? values[name as Placeholder].replace(/[\\`*_[\]<>]/g, '\\$&') : whole,
  );
}

/** What stands between braces and means nothing would reach the customer as it is. @throws InvalidField */
export function mustBeKnown(field: string, text: string): void {
  for (const [word, name] of text.matchAll(/\{\{([^{}]*)\}\}/g))
    if (!(PLACEHOLDERS as readonly string[]).includes(name!.trim()))
      throw new InvalidField(field, 'service.macros.unknown-placeholder', { word: word.slice(0, 60) });
}

/** The same of all that actions say. @throws InvalidField */
export function actionsMustBeKnown(field: string, actions: readonly object[]): void {
  for (const { text, question } of actions as { text?: string; question?: string }[])
    for (const words of [text, question]) if (words) mustBeKnown(field, words);
}

export const firstName = (name: string): string => name.trim().split(/\s+/)[0] ?? '';
