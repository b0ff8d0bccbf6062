import { decodeText } from './charsets.js';

/** What Outlook hides in `winmail.dat` (MS-OXTNEF): a body and attachments. */
export interface Tnef {
  text: string;
  html: string;
  attachments: { name: string; content: Buffer }[];
  /** Whether the stream held together to its end: otherwise there may have been more. */
  whole: boolean;
}

const SIGNATURE = 0x223e9f78;
const CODE_PAGE = 0x00069007;
const BODY = 0x0002800c;
const MAPI_PROPERTIES = 0x00069003;
const ATTACHMENT_BEGINS = 0x00069002;
const ATTACHMENT_TITLE = 0x00018010;
const ATTACHMENT_DATA = 0x0006800f;
const ATTACHMENT_PROPERTIES = 0x00069005;
/** Property ids (MS-OXPROPS). */
const MAPI = { body: 0x1000, html: 0x1013, data: 0x3701, name: 0x3704, longName: 0x3707, displayName: 0x3001 };
const UNICODE = 0x001f;
const MAX_ATTACHMENTS = 100;
const MAX_PROPERTIES = 500;
const MAX_VALUES = 100;

interface Property {
  type: number;
  value: Buffer;
}

/** Reads a TNEF stream as far as it holds together; null when it is none. */
export function readTnef(bytes: Buffer): Tnef | null {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== SIGNATURE) return null;
  const found: Tnef = { text: '', html: '', attachments: [], whole: false };
  let charset = '';
  const words = (property: Property | undefined) =>
    property ? decodeText(property.value, property.type === UNICODE ? 'utf-16le' : charset).trim() : '';
  let at = 6;
  while (at + 9 <= bytes.length) {
    const id = bytes.readUInt32LE(at + 1);
    const length = bytes.readUInt32LE(at + 5);
    const data = bytes.subarray(at + 9, at + 9 + length);
    if (data.length < length) return found;
    at += 9 + length + 2;
    const file = found.attachments.at(-1);
    if (id === CODE_PAGE && length >= 4) charset = charsetOf(data.readUInt32LE(0));
    else if (id === BODY) found.text ||= decodeText(data, charset);
    else if (id === MAPI_PROPERTIES) {
      const properties = readProperties(data);
      found.text ||= words(properties.get(MAPI.body));
      found.html ||= words(properties.get(MAPI.html));
    } else if (id === ATTACHMENT_BEGINS) {
      if (found.attachments.length >= MAX_ATTACHMENTS) return found;
      found.attachments.push({ name: '', content: Buffer.alloc(0) });
    } else if (file && id === ATTACHMENT_TITLE) file.name ||= decodeText(data, charset);
    else if (file && id === ATTACHMENT_DATA) file.content = data;
    else if (file && id === ATTACHMENT_PROPERTIES) {
      const properties = readProperties(data);
      const named = [MAPI.longName, MAPI.displayName, MAPI.name].map((one) => words(properties.get(one)));
      file.name = named.find((name) => name !== '') ?? file.name;
      // Where the stream has no attribute for the content, it is a property like the name.
      if (file.content.length === 0) file.content = properties.get(MAPI.data)?.value ?? file.content;
    }
  }
  return { ...found, whole: true };
}

/** Texts and binaries among MAPI properties, as far as they can be followed. */
function readProperties(data: Buffer): Map<number, Property> {
  const found = new Map<number, Property>();
  if (data.length < 4) return found;
  const count = Math.min(data.readUInt32LE(0), MAX_PROPERTIES);
  let at = 4;
  for (let index = 0; index < count && at + 4 <= data.length; index++) {
    const type = data.readUInt16LE(at);
    const id = data.readUInt16LE(at + 2);
    at += 4;
    if (id >= 0x8000) at = afterName(data, at);
    const size = sizeOf(type & 0x0fff);
    const counted = size === null || (type & 0x1000) !== 0;
    if (at + (counted ? 4 : 0) > data.length) return found;
    const values = counted ? Math.min(data.readUInt32LE(at), MAX_VALUES) : 1;
    if (counted) at += 4;
    for (let value = 0; value < values; value++) {
      if (size !== null) {
        at += Math.max(size, 4);
        continue;
      }
      if (at + 4 > data.length) return found;
      const length = data.readUInt32LE(at);
      const content = data.subarray(at + 4, at + 4 + length);
      if (content.length < length) return found;
      if (!found.has(id)) found.set(id, { type, value: content });
      at += 4 + Math.ceil(length / 4) * 4;
    }
  }
  return found;
}

/** Behind the name of a property that programs named themselves: a GUID, and a number or a text. */
function afterName(data: Buffer, at: number): number {
  if (at + 24 > data.length) return data.length;
  const textual = data.readUInt32LE(at + 16) === 1;
  return at + 24 + (textual ? Math.ceil(data.readUInt32LE(at + 20) / 4) * 4 : 0);
}

/** Bytes of a property's value; null for texts and binaries, which carry their length. */
function sizeOf(type: number): number | null {
  if ([0x02, 0x03, 0x04, 0x0a, 0x0b].includes(type)) return 4;
  if ([0x05, 0x06, 0x07, 0x14, 0x40].includes(type)) return 8;
  return type === 0x48 ? 16 : null;
}

const charsetOf = (codePage: number): string => (codePage === 65_001 ? 'utf-8' : `cp${codePage}`);
