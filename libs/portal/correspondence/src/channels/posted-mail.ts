import { buffer } from 'node:stream/consumers';
import { PayloadTooLargeException, UnprocessableEntityException } from '@nestjs/common';
import { type FoyerRequest, FormTooLarge, isForm, readForm, readWhole } from '@foyer/web';

/** Names under which mail services post a mail as it came (Mailgun, SendGrid, Postmark, and the plain one). */
const FIELDS = ['message', 'body-mime', 'email', 'RawEmail'];
const MAX_VALUES = 5_000;
const PARTS = { pairs: 100, files: 10 };

export interface Posted {
  raw: Buffer;
  /** Of the envelope, where the service tells. */
  recipient: string | null;
  sender: string;
}

/**
 * The mail in a post: the body itself (`message/rfc822`), or a field of a form or of JSON.
 * @throws PayloadTooLargeException beyond `limit`
 */
export async function postedMail(req: FoyerRequest, limit: number): Promise<Posted> {
  try {
    if (isForm(req)) return named(await fields(req, limit));
    const json = /^application\/json\b/i.test(req.headers['content-type'] ?? '');
    const body = await readWhole(req, json ? limit * 2 : limit);
    if (json) return named(membersOf(body));
    if (body.length === 0) throw new UnprocessableEntityException();
    return { raw: body, recipient: null, sender: '' };
  } catch (error) {
    if (error instanceof FormTooLarge) throw new PayloadTooLargeException();
    throw new UnprocessableEntityException();
  }
}

function named(found: Map<string, Buffer>): Posted {
  const raw = FIELDS.map((name) => found.get(name)).find((value) => value !== undefined && value.length > 0);
  if (!raw) throw new UnprocessableEntityException();
  const text = (name: string) => found.get(name)?.toString('utf8', 0, 2_000).trim().slice(0, 320) ?? '';
  return { raw, recipient: text('recipient').toLowerCase() || null, sender: text('sender') };
}

function membersOf(json: Buffer): Map<string, Buffer> {
  if (!isFlat(json)) throw new FormTooLarge();
  const post = JSON.parse(json.toString('utf8')) as Record<string, unknown>;
  const texts = [...FIELDS, 'recipient', 'sender'].map((name): [string, unknown] => [name, post[name]]);
  return new Map(texts.flatMap(([name, value]) => (typeof value === 'string' ? [[name, Buffer.from(value)]] : [])));
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING = new Set([0x5b, 0x7b, 0x2c]);

/** Whether there are few values in it: a megabyte of brackets would take a hundred to hold. */
function isFlat(json: Buffer): boolean {
  let values = 0;
  let inText = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!;
    if (inText && byte === BACKSLASH) at++;
    else if (byte === QUOTE) inText = !inText;
    else if (!inText && OPENING.has(byte) && ++values > MAX_VALUES) return false;
  }
  return true;
}

/** Fields and files of a form alike: services differ in which of the two a mail is. */
async function fields(req: FoyerRequest, limit: number): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  // Urlencoded, a byte takes up to three.
  const limits = { ...PARTS, bytes: limit * 3, fileBytes: limit };
  const pairs = await readForm(req, limits, async ({ field, content, surplus }) => {
    if (surplus) throw new FormTooLarge();
    if (FIELDS.includes(field)) found.set(field, await buffer(content));
    else content.resume();
  });
  for (const [name, value] of pairs) if (!found.has(name)) found.set(name, Buffer.from(value));
  if (FIELDS.some((name) => (found.get(name)?.length ?? 0) > limit)) throw new FormTooLarge();
  return found;
}
