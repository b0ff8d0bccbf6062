import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IntlMessageFormat } from 'intl-messageformat';
import { direction, FALLBACK_LOCALE } from './locales.js';

export type MessageValues = Record<string, unknown>;
type Nested = { [key: string]: string | Nested };
type Compiled = (values: MessageValues | undefined) => string;

export class MissingMessage extends Error {
  constructor(key: string, locale: string) {
    super(`No message "${key}" for locale "${locale}" or its fallbacks`);
    this.name = 'MissingMessage';
  }
}

export class BadMessages extends Error {
  constructor(file: string, reason: string) {
    super(`${file}: ${reason}`);
    this.name = 'BadMessages';
  }
}

/** The texts of every module, by locale. One instance serves the process; tests may build their own. */
export class Messages {
  private readonly texts = new Map<string, Map<string, string>>();
  private readonly compiled = new Map<string, Map<string, Compiled>>();
  private readonly folders = new Map<string, string>();
  private stamp = '';

  constructor(private readonly options: { strict: boolean }) {}

  /** A gap is a defect to be seen while developing; in production it must not take a page down. */
  tolerateGaps(): void {
    this.options.strict = false;
  }

  /** Loads `<dir>/<locale>.json`; every key in it becomes `<namespace>.<key>`. Registering the same folder again reloads it. */
  register(namespace: string, dir: URL | string): void {
    const folder = typeof dir === 'string' && !dir.startsWith('file:') ? dir : fileURLToPath(dir);
    const known = this.folders.get(namespace);
    if (known !== undefined && known !== folder) {
      throw new BadMessages(folder, `namespace "${namespace}" already belongs to ${known}`);
    }
    this.folders.set(namespace, folder);
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
      this.load(namespace, basename(file, '.json'), join(folder, file));
    }
  }

  /** Reads the registered folders again when a file changed: for a process under which texts are edited. */
  refresh(): void {
    const stamp = this.currentStamp();
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    this.texts.clear();
    this.compiled.clear();
    for (const [namespace, folder] of this.folders) this.register(namespace, folder);
  }

  translate(locale: string, key: string, values?: MessageValues): string {
    const found = this.compiled.get(locale)?.get(key) ?? this.compile(locale, key);
    if (!found) {
      if (this.options.strict) throw new MissingMessage(key, locale);
      return lastSegment(key);
    }
    if (this.options.strict) return found(values);
    try {
      return found(values);
    } catch {
      return lastSegment(key);
    }
  }

  has(locale: string, key: string): boolean {
    return chain(locale).some((each) => this.texts.get(each)?.has(key));
  }

  /** Keys by locale, so that a test can hold every language to the same set. */
  keys(locale: string, namespace?: string): string[] {
    const all = [...(this.texts.get(locale)?.keys() ?? [])];
    return (namespace ? all.filter((key) => key.startsWith(`${namespace}.`)) : all).sort();
  }

  get namespaces(): string[] {
    return [...this.folders.keys()];
  }

  /** The folders that were registered. */
  get sources(): string[] {
    return [...this.folders.values()];
  }

  private currentStamp(): string {
    const files = [...this.folders.values()].flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
    return files.map((file) => `${file}@${statSync(file).mtimeMs}`).join('|');
  }

  private load(namespace: string, locale: string, file: string): void {
    const texts = this.texts.get(locale) ?? new Map<string, string>();
    for (const [key, text] of flatten(parse(file), file)) {
      if (swallowedPlaceholder.test(text)) {
        throw new BadMessages(
          file,
          `"${key}": ICU reads '{ as a quotation and prints the placeholder; write ’ instead of '`,
        );
      }
      texts.set(`${namespace}.${key}`, text);
    }
    this.texts.set(locale, texts);
    this.compiled.delete(locale);
    // Another locale may have cached this one's text as its fallback.
    if (locale === FALLBACK_LOCALE || !locale.includes('-')) this.compiled.clear();
  }

  private compile(locale: string, key: string): Compiled | undefined {
    for (const candidate of chain(locale)) {
      const text = this.texts.get(candidate)?.get(key);
      if (text === undefined) continue;
      const compiled = compileMessage(text, candidate);
      const cache = this.compiled.get(locale) ?? new Map<string, Compiled>();
      this.compiled.set(locale, cache.set(key, compiled));
      return compiled;
    }
    return undefined;
  }
}

const [ISOLATE, RIGHT_TO_LEFT] = ['\u2068', '\u200f'];
/** A name that ends in a full stop (“Ltd.”) ends the sentence, too; marks of direction may stand between. An ellipsis is none. */
const DOUBLE_STOP = /(?<!\.)\.([\u2068\u2069\u200e\u200f]*)\.(?=\s|$)/gu;
const swallowedPlaceholder = /\p{L}'\{/u;

function compileMessage(text: string, locale: string): Compiled {
  if (!text.includes('{') && !text.includes('<')) return () => text;
  // Messages are text, never markup: a "<" stays a "<" and is escaped by the template like everything else.
  const message = new IntlMessageFormat(text, locale, undefined, { ignoreTag: true });
  const format: Compiled = (values) =>
    String(message.format(values as Record<string, string>)).replace(DOUBLE_STOP, '.$1');
  if (direction(locale) === 'ltr' || !text.startsWith(ISOLATE)) return format;
  // HTML's dir=auto goes by the first letter, also of what is isolated: a Latin name would turn the whole sentence round.
  return (values) => RIGHT_TO_LEFT + format(values);
}

const chains = new Map<string, string[]>();

/** de-AT → de-AT, de, en */
function chain(locale: string): string[] {
  let found = chains.get(locale);
  if (!found) {
    found = [...new Set([locale, locale.split('-')[0]!, FALLBACK_LOCALE])];
    // Locales come from a negotiated list, but a caller's mistake must not grow a map for ever.
    if (chains.size < 500) chains.set(locale, found);
  }
  return found;
}

function lastSegment(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

function parse(file: string): Nested {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Nested;
  } catch (error) {
    throw new BadMessages(file, (error as Error).message);
  }
}

function* flatten(nested: Nested, file: string, prefix = ''): Generator<[string, string]> {
  for (const [key, value] of Object.entries(nested)) {
    if (typeof value === 'string') yield [prefix + key, value];
    else if (value && typeof value === 'object' && !Array.isArray(value))
      yield* flatten(value, file, `${prefix}${key}.`);
    else throw new BadMessages(file, `"${prefix}${key}" is neither a text nor a group of texts`);
  }
}
