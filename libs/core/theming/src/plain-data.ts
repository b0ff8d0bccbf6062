const MAX_DEPTH = 40;

export class NotPlainData extends Error {
  override name = 'NotPlainData';
}

/** A part of a view that knows how to put itself as JSON (a form does) is taken at its word. */
export function inItsOwnWords(view: object): object {
  return Object.fromEntries(
    Object.entries(view).map(([key, value]: [string, unknown]) => [
      key,
      isSpeaker(value) ? value.toJSON() : inside(value),
    ]),
  );
}

/** A page with several forms keeps them in one record. */
function inside(value: unknown): unknown {
  const holdsForms =
    typeof value === 'object' && value !== null && isRecord(value) && Object.values(value).some(isSpeaker);
  return holdsForms ? inItsOwnWords(value) : value;
}

const isSpeaker = (value: unknown): value is { toJSON(): unknown } =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof Date) &&
  'toJSON' in value &&
  typeof value.toJSON === 'function';

/** Throws where a view holds anything but JSON-like data (dates are allowed): an entity there could reveal what it knows. */
export function assertPlain(value: unknown, path = 'view', depth = 0): void {
  if (depth > MAX_DEPTH) throw new NotPlainData(`${path} is nested too deeply or contains itself`);
  if (typeof value === 'function' || typeof value === 'symbol') throw new NotPlainData(`${path} is a ${typeof value}`);
  if (typeof value !== 'object' || value === null || value instanceof Date) return;
  if (Array.isArray(value)) return value.forEach((each, index) => assertPlain(each, `${path}[${index}]`, depth + 1));
  if (!isRecord(value)) throw new NotPlainData(`${path} is a ${value.constructor.name}: a view holds plain data only`);
  for (const [key, each] of Object.entries(value)) assertPlain(each, `${path}.${key}`, depth + 1);
}

/** A copy without prototypes, functions and instances of classes, for templates that are not ours. Dates become ISO texts. */
export function plainCopy(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new NotPlainData('The view is nested too deeply or contains itself');
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((each) => plainCopy(each, depth + 1));
  if (!isRecord(value)) return undefined;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [key, each] of Object.entries(value)) if (key !== '__proto__') copy[key] = plainCopy(each, depth + 1);
  return copy;
}

function isRecord(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Another realm (a worker, a test's sandbox) has an Object.prototype of its own: it is the one without a parent.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
