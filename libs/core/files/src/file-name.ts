/**
 * Characters that make a name look like another one: controls, zero-width ones, and bidirectional overrides, which turn
 * `exe.fdp` into `pdf.exe` on the screen (ASVS 5.0, 5.3.2).
 */
const DECEIVING =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
const MAX_CHARACTERS = 200;

/** A name fit to be shown, stored and saved to a disk: one line, one path segment, ending kept. */
export function cleanFileName(name: string): string {
  const segment = name.toWellFormed().normalize('NFC').replace(DECEIVING, '').split(/[/\\]/).at(-1)!;
  const plain = segment
    .replace(/[<>:"|?*]/g, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  const extension = extensionOf(plain);
  const characters = [...plain];
  if (characters.length <= MAX_CHARACTERS) return plain || 'file';
  const kept = characters.slice(0, MAX_CHARACTERS - [...extension].length - 1).join('');
  return extension ? `${kept.trimEnd()}.${extension}` : kept.trimEnd();
}

/** In lower case, without the dot; empty when there is none. */
export function extensionOf(name: string): string {
  return /[^.]\.([a-z0-9]{1,10})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
}

/** A Content-Disposition header after RFC 6266: an ASCII name for old clients, the real one in RFC 8187 encoding. */
export function contentDisposition(name: string, disposition: 'attachment' | 'inline' = 'attachment'): string {
  const ascii = name
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/["\\%]/g, '_')
    .trim();
  const fallback =
    /^\.?[a-z0-9]*$/i.test(ascii.replace(/\.[^.]*$/, '')) && ascii.startsWith('.') ? `file${ascii}` : ascii || 'file';
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${disposition}; filename="${fallback}"; filename*=UTF-8''${encoded}`;
}
