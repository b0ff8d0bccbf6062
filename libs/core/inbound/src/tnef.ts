import { decodeText } from './charsets.js';

/** What Outlook hides in `winmail.dat` (MS-OXTNEF): a body and attachments. */
export interface Tnef {
  text: string;
  attachments: { name: string; content: Buffer }[];
}

const SIGNATURE = 0x223e9f78;
const BODY = 0x0002800c;
const MAPI_PROPERTIES = 0x00069003;
const ATTACHMENT_BEGINS = 0x00069002;
const ATTACHMENT_TITLE = 0x00018010;
const ATTACHMENT_DATA = 0x0006800f;
const ATTACHMENT_PROPERTIES = 0x00069005;
/** Property ids: PR_BODY and PR_ATTACH_LONG_FILENAME. */
const MAPI_BODY = 0x1000;
const MAPI_LONG_NAME = 0x3707;
const MAX_ATTACHMENTS = 100;

/** Reads a TNEF stream as far as it holds together; null when it is none. */
export function readTnef(bytes: Buffer): Tnef | null {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== SIGNATURE) return null;
  const found: Tnef = { text: '', attachments: [] };
  let at = 6;
  while (at + 9 <= bytes.length) {
    const id = bytes.readUInt32LE(at + 1);
    const length = bytes.readUInt32LE(at + 5);
    const data = bytes.subarray(at + 9, at + 9 + length);
    if (data.length < length) break;
    at += 9 + length + 2;
    const file = found.attachments.at(-1);
    if (id === BODY) found.text ||= decodeText(data);
    else if (id === MAPI_PROPERTIES) found.text ||= property(data, MAPI_BODY);
    else if (id === ATTACHMENT_BEGINS) {
      if (found.attachments.length >= MAX_ATTACHMENTS) break;
      found.attachments.push({ name: '', content: Buffer.alloc(0) });
    } else if (file && id === ATTACHMENT_TITLE) file.name ||= decodeText(data);
    else if (file && id === ATTACHMENT_DATA) file.content = data;
    else if (file && id === ATTACHMENT_PROPERTIES) file.name = property(data, MAPI_LONG_NAME) || file.name;
  }
  return found;
}

/** A text among MAPI properties; empty when it is not there or stands behind something that cannot be skipped. */
function property(data: Buffer, wanted: number): string {
  if (data.length < 4) return '';
  const count = Math.min(data.readUInt32LE(0), 500);
  let at = 4;
  for (let index = 0; index < count && at + 4 <= data.length; index++) {
    const type = data.readUInt16LE(at);
    const id = data.readUInt16LE(at + 2);
    at += 4;
    if (id >= 0x8000) return '';
    const fixed = sizeOf(type & 0x0fff);
    if (fixed !== null) {
      at += fixed;
      continue;
    }
    if (at + 4 > data.length) return '';
    const values = data.readUInt32LE(at);
    at += 4;
    for (let value = 0; value < Math.min(values, 100) && at + 4 <= data.length; value++) {
      const length = data.readUInt32LE(at);
      const content = data.subarray(at + 4, at + 4 + length);
      if (id === wanted) return decodeText(content, type === 0x001f ? 'utf-16le' : '').trim();
      at += 4 + Math.ceil(length / 4) * 4;
    }
  }
  return '';
}

/** Bytes of a property's value; null for texts and binaries, which carry their length. */
function sizeOf(type: number): number | null {
  if ([0x02, 0x03, 0x04, 0x0a, 0x0b].includes(type)) return 4;
  if ([0x05, 0x06, 0x07, 0x14, 0x40].includes(type)) return 8;
  return type === 0x48 ? 16 : null;
}
