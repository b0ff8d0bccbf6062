/** A form that a page offers, as a browser would understand it. */
export interface PageForm {
  action: string;
  multipart: boolean;
  controls: Control[];
}
export interface Control {
  name: string;
  id: string | undefined;
  /** Of an input, or `textarea`, `select`. */
  type: string;
  value: string;
  checked: boolean;
  required: boolean;
  maxlength: number | undefined;
  /** Values of a select. */
  options: string[] | undefined;
  readonly: boolean;
  invalid: boolean;
  describedBy: string | undefined;
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };

export const unescaped = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(amp|lt|gt|quot));/gi, (_, hex?: string, decimal?: string, name?: string) =>
    name ? ENTITIES[name]! : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal)),
  );

/** Every form of a page that posts. */
export function formsOf(html: string): PageForm[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)]
    .map(([, head, body]) => ({ ...attributesOf(head!), body: body! }) as Record<string, string>)
    .filter(({ method }) => method === 'post')
    .map(({ action, enctype, body }) => ({
      action: action!,
      multipart: enctype === 'multipart/form-data',
      controls: controlsOf(body!),
    }));
}

function controlsOf(html: string): Control[] {
  const found = html.matchAll(
    /<input\b([^>]*)>|<textarea\b([^>]*)>([^<]*)<\/textarea>|<select\b([^>]*)>([\s\S]*?)<\/select>/g,
  );
  return [...found].flatMap(([, input, textarea, text, select, inner]) => {
    const tag = input !== undefined ? 'input' : textarea !== undefined ? 'textarea' : 'select';
    const head = input ?? textarea ?? select;
    const attributes = attributesOf(head!);
    if (attributes['name'] === undefined) return [];
    const options = [...(inner ?? '').matchAll(/<option\b([^>]*)>/g)].map(([, option]) => attributesOf(option!));
    const chosen = options.find(({ selected }) => selected !== undefined) ?? options[0];
    const { name, id, type = 'text', value = '', maxlength } = attributes;
    return {
      name,
      id,
      type: tag === 'input' ? type : tag,
      value: tag === 'textarea' ? unescaped(text ?? '') : tag === 'select' ? (chosen?.['value'] ?? '') : value,
      checked: attributes['checked'] !== undefined,
      required: attributes['required'] !== undefined,
      maxlength: maxlength ? Number(maxlength) : undefined,
      options: tag === 'select' ? options.map((option) => option['value'] ?? '') : undefined,
      readonly: attributes['readonly'] !== undefined,
      invalid: attributes['aria-invalid'] === 'true',
      describedBy: attributes['aria-describedby'],
    };
  });
}

function attributesOf(head: string): Record<string, string> {
  return Object.fromEntries(
    [...head.matchAll(/([\w-]+)(?:="([^"]*)")?/g)].map(([, name, value]) => [name!, unescaped(value ?? '')]),
  );
}
