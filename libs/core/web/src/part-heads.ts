import { Transform, type TransformCallback } from 'node:stream';

/** Longer than any head that the parser takes. */
const MOST = 16 * 1024;
const HEAD_END = Buffer.from('\r\n\r\n');
const DISPOSITION = /^(content-disposition:\s*form-data\b.*?;\s*filename=)(.*)$/im;

/**
 * Hands a multipart body on, and mends the names of its files on the way: the parser leaves a part out of whose head it makes no
 * sense, such as `filename="a"b.png"`, and nobody would hear of it. `seen` counts the parts, to be compared with those that came out.
 */
export class PartHeads extends Transform {
  seen = 0;
  private readonly delimiter: Buffer;
  private held: Buffer;

  constructor(contentType: string) {
    super();
    const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? [];
    this.delimiter = Buffer.from(`\r\n--${quoted ?? plain ?? ''}\r\n`, 'latin1');
    // The first delimiter has no line before it.
    this.held = Buffer.from('\r\n');
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const all = Buffer.concat([this.held, chunk]);
    let given = 0;
    // Looked for once, however many delimiters stand before it; -1: there is none here.
    let end = 0;
    for (;;) {
      const at = all.indexOf(this.delimiter, given);
      if (at < 0) break;
      const head = at + this.delimiter.length;
      if (end >= 0 && end < head - 2) end = all.indexOf(HEAD_END, head - 2);
      if (end < 0 && all.length - head < MOST) {
        this.give(all.subarray(given, at));
        this.held = all.subarray(at);
        return done();
      }
      this.seen += 1;
      this.give(all.subarray(given, head));
      if (end >= head) this.give(Buffer.from(mended(all.toString('latin1', head, end)), 'latin1'));
      given = Math.max(end, head);
    }
    const kept = Math.min(all.length - given, this.delimiter.length - 1);
    this.give(all.subarray(given, all.length - kept));
    this.held = all.subarray(all.length - kept);
    done();
  }

  override _flush(done: TransformCallback): void {
    this.give(this.held);
    done();
  }

  /** Without the line end that stands before the first delimiter only here. */
  private give(piece: Buffer): void {
    const own = Math.min(this.lead, piece.length);
    this.lead -= own;
    if (piece.length > own) this.push(piece.subarray(own));
  }
  private lead = 2;
}

/** What follows the name of a file on its line is the name too, unless it is another parameter. */
const mended = (head: string): string =>
  head.replace(DISPOSITION, (line, before: string, value: string) => {
    if (/^"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*"\s*(?:;.*)?$/.test(value)) return line;
    const [, name = '', after = ''] = /^(.*?)(;\s*(?:name|filename\*)=.*)?$/i.exec(value.trim()) ?? [];
    const inner = name.trim().replace(/^"|"$/g, '');
    return `${before}"${inner.replace(/[\x00-\x08\x0a-\x1f\x7f]|\\?"|\\$/g, '_') || '_'}"${after}`;
  });
