import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import { PartHeads } from './part-heads.js';

/** What a posted form may take. Everything is counted as it comes: nothing beyond is kept, decoded or looked at. */
export interface FormLimits {
  /** Of all names and values together. */
  bytes: number;
  pairs: number;
  /** What comes beyond is named, and read past. */
  files: number;
  /** Of one file; what is larger is cut off one byte later, so that whoever keeps it sees that it is too large. */
  fileBytes: number;
}
export type Pair = [name: string, value: string];
export interface PostedFile {
  field: string;
  name: string;
  content: Readable;
  /** One more than the form may have. */
  surplus: boolean;
}

/** A form that is larger than it may be, or has more in it. `pairs` are those that came all the same. */
export class FormTooLarge extends Error {
  constructor(readonly pairs: Pair[] = []) {
    super('The form is too large');
  }
}
/** What came is not what its content type says. */
export class FormUnreadable extends Error {}

const NAME_BYTES = 200;
/** Whoever attaches one too many may have attached some more. */
const MOST_FILES_TOO_MANY = 100;
const MOST_DISCARDED = 256 * 1024 * 1024;
const AMPERSAND = 0x26;

export const isForm = (req: IncomingMessage): boolean => isMultipart(req) || isUrlencoded(req);
const typeOf = (req: IncomingMessage): string => (req.headers['content-type'] ?? '').toLowerCase();
const isMultipart = (req: IncomingMessage): boolean => typeOf(req).startsWith('multipart/form-data');
const isUrlencoded = (req: IncomingMessage): boolean => typeOf(req).startsWith('application/x-www-form-urlencoded');

/**
 * The pairs of a form in the order in which they came. `keep` gets each file and reads it to its end.
 * @throws FormTooLarge, FormUnreadable
 */
export async function readForm(
  req: IncomingMessage,
  limits: FormLimits,
  keep: (file: PostedFile) => Promise<void>,
): Promise<Pair[]> {
  try {
    return await (isMultipart(req) ? readMultipart(req, limits, keep) : readUrlencoded(req, limits));
  } catch (error) {
    discard(req);
    throw error;
  }
}

/** A body in one piece. @throws FormTooLarge, FormUnreadable */
export async function readWhole(req: IncomingMessage, bytes: number): Promise<Buffer> {
  try {
    return await collect(req, bytes);
  } catch (error) {
    discard(req);
    throw error;
  }
}

/** A browser shows an answer only once it has sent everything; whoever sends without end is cut off. */
function discard(req: IncomingMessage): void {
  let left = MOST_DISCARDED;
  req.on('data', (chunk: Buffer) => (left -= chunk.length) < 0 && req.destroy());
  req.on('error', () => undefined);
  req.resume();
}

async function collect(req: IncomingMessage, bytes: number, look?: (chunk: Buffer) => void): Promise<Buffer> {
  // What is packed would have to be unpacked before it can be counted; no browser packs what it posts.
  if (!/^(?:identity)?$/i.test(req.headers['content-encoding'] ?? '')) throw new FormUnreadable();
  if (Number(req.headers['content-length'] ?? 0) > bytes) throw new FormTooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  // The connection has to outlive a refusal: the answer goes out on it.
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytes) throw new FormTooLarge();
    look?.(chunk);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readUrlencoded(req: IncomingMessage, { bytes, pairs }: FormLimits): Promise<Pair[]> {
  let count = 1;
  const body = await collect(req, bytes, (chunk) => {
    for (let at = chunk.indexOf(AMPERSAND); at >= 0; at = chunk.indexOf(AMPERSAND, at + 1))
      if (++count > pairs) throw new FormTooLarge();
  });
  const found = [...new URLSearchParams(body.toString('utf8'))];
  if (found.some(([name]) => name.length > NAME_BYTES)) throw new FormTooLarge();
  return found;
}

function readMultipart(
  req: IncomingMessage,
  limits: FormLimits,
  keep: (file: PostedFile) => Promise<void>,
): Promise<Pair[]> {
  const most = limits.bytes + limits.files * limits.fileBytes + (limits.pairs + limits.files) * 1_000;
  // Nothing of it can be used but the words, which are given back.
  const hopeless = Number(req.headers['content-length'] ?? 0) > most;
  return new Promise((resolve, reject) => {
    const parser = begun(req, limits);
    if (!parser) return reject(new FormUnreadable());
    const heads = new PartHeads(req.headers['content-type'] ?? '');
    let taken = 0;
    const pairs: Pair[] = [];
    const keeping: Promise<void>[] = [];
    let fieldBytes = 0;
    let bytes = 0;
    const stop = (error: Error) => {
      req.unpipe(heads);
      heads.unpipe(parser);
      req.off('data', count);
      req.off('aborted', cut);
      parser.destroy();
      // Files on their way have ended by now, well or badly, before anybody removes them.
      void Promise.allSettled(keeping).then(() => reject(error));
    };
    const tooLarge = () => stop(new FormTooLarge(pairs));
    const cut = () => stop(new FormUnreadable());
    const count = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > most) tooLarge();
    };
    parser.on('field', (name: string, value: string, { nameTruncated, valueTruncated }: busboy.FieldInfo) => {
      taken += 1;
      fieldBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
      if (nameTruncated || valueTruncated || name.length > NAME_BYTES || fieldBytes > limits.bytes) tooLarge();
      else pairs.push([name, value]);
    });
    let files = 0;
    parser.on('file', (field: string, content: Readable, { filename }: busboy.FileInfo) => {
      taken += 1;
      // Whoever hangs up while a file comes ends it with an error, maybe before anybody reads it.
      content.on('error', () => undefined);
      if (field === undefined || field.length > NAME_BYTES) return tooLarge();
      if (hopeless) return void content.resume();
      const kept = keep({ field, name: asNamed(filename ?? ''), content, surplus: (files += 1) > limits.files });
      keeping.push(kept);
      kept.catch(stop);
    });
    parser.once('filesLimit', tooLarge).once('fieldsLimit', tooLarge).once('partsLimit', tooLarge);
    parser.on('error', () => stop(new FormUnreadable()));
    parser.once('close', () => {
      const end = () => {
        if (hopeless) reject(new FormTooLarge(pairs));
        // A part that was left out may be a file: better refused than lost.
        else if (heads.seen > taken) reject(new FormUnreadable());
        else resolve(pairs);
      };
      void Promise.all(keeping).then(end, reject);
    });
    req.once('aborted', cut);
    req.on('data', count);
    req.pipe(heads).pipe(parser);
  });
}

/** The three signs that browsers write otherwise in the name of a file (HTML, multipart/form-data encoding). */
const asNamed = (name: string): string => name.replace(/%(?:22|0A|0D)/g, (code) => (code === '%22' ? '"' : ' '));

function begun(req: IncomingMessage, { bytes, pairs, files, fileBytes }: FormLimits): busboy.Busboy | null {
  try {
    return busboy({
      headers: req.headers,
      defParamCharset: 'utf8',
      limits: {
        ...{ fieldNameSize: NAME_BYTES, fieldSize: bytes, fields: pairs, fileSize: fileBytes + 1 },
        ...{ files: files + MOST_FILES_TOO_MANY, parts: pairs + files + MOST_FILES_TOO_MANY, headerPairs: 20 },
      },
    });
  } catch {
    return null;
  }
}
