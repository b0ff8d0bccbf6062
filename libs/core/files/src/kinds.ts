export type Family = 'image' | 'document' | 'text' | 'archive' | 'media';

/** A kind of file that may be uploaded. */
export interface Kind {
  extension: string;
  type: string;
  family: Family;
  /** What the content's first bytes may be recognised as; null is for text, which has no such bytes. */
  magic: readonly (string | null)[];
}

const kind = (family: Family, extension: string, type: string, magic: readonly (string | null)[] = [type]): Kind => ({
  family,
  extension,
  type,
  magic,
});
const office = 'application/vnd.openxmlformats-officedocument';
const odf = 'application/vnd.oasis.opendocument';
const oldOffice = ['application/x-cfb'];

/** Everything that may be uploaded anywhere. HTML, scripts, programs and SVG are not in it. */
const KINDS: readonly Kind[] = [
  kind('image', 'jpg', 'image/jpeg'),
  ...['jpeg', 'jpe', 'jfif'].map((ending) => kind('image', ending, 'image/jpeg')),
  kind('image', 'png', 'image/png', ['image/png', 'image/apng']),
  kind('image', 'gif', 'image/gif'),
  kind('image', 'webp', 'image/webp'),
  kind('image', 'avif', 'image/avif'),
  // Pictures that browsers do not show, and that are not written anew: only to download.
  ...['heic', 'heif'].map((ending) =>
    kind(
      'document',
      ending,
      `image/${ending}`,
      ['heic', 'heif', 'heic-sequence', 'heif-sequence'].map((one) => `image/${one}`),
    ),
  ),
  ...['tif', 'tiff'].map((ending) => kind('document', ending, 'image/tiff')),
  kind('document', 'bmp', 'image/bmp'),
  kind('document', 'pdf', 'application/pdf'),
  kind('document', 'docx', `${office}.wordprocessingml.document`),
  kind('document', 'xlsx', `${office}.spreadsheetml.sheet`),
  kind('document', 'pptx', `${office}.presentationml.presentation`),
  kind('document', 'odt', `${odf}.text`),
  kind('document', 'ods', `${odf}.spreadsheet`),
  kind('document', 'odp', `${odf}.presentation`),
  kind('document', 'doc', 'application/msword', oldOffice),
  kind('document', 'xls', 'application/vnd.ms-excel', oldOffice),
  kind('document', 'ppt', 'application/vnd.ms-powerpoint', oldOffice),
  kind('document', 'msg', 'application/vnd.ms-outlook', oldOffice),
  kind('document', 'rtf', 'application/rtf', ['application/rtf']),
  kind('text', 'txt', 'text/plain', [null]),
  kind('text', 'log', 'text/plain', [null]),
  kind('text', 'md', 'text/markdown', [null]),
  kind('text', 'csv', 'text/csv', [null]),
  kind('text', 'xml', 'application/xml', [null, 'application/xml']),
  kind('text', 'json', 'application/json', [null]),
  kind('text', 'eml', 'message/rfc822', [null]),
  kind('text', 'ics', 'text/calendar', [null, 'text/calendar']),
  kind('text', 'vcf', 'text/vcard', [null, 'text/vcard']),
  kind('archive', 'zip', 'application/zip'),
  kind('media', 'mp4', 'video/mp4', ['video/mp4', 'video/x-m4v']),
  kind('media', 'mov', 'video/quicktime'),
  kind('media', 'webm', 'video/webm', ['video/webm', 'video/matroska']),
  kind('media', 'mp3', 'audio/mpeg'),
  kind('media', 'm4a', 'audio/x-m4a', ['audio/x-m4a', 'audio/mp4', 'video/mp4']),
  kind('media', 'ogg', 'audio/ogg', ['audio/ogg', 'application/ogg', 'audio/opus']),
  kind('media', 'wav', 'audio/wav'),
];

/** What `allow` stands for: families, or single extensions. Everything when it is left out. */
export type Allowed = readonly (Family | (string & {}))[];

export function kindOf(extension: string, allow?: Allowed): Kind | undefined {
  const found = KINDS.find((kind) => kind.extension === extension);
  return found && (!allow || allow.includes(found.family) || allow.includes(extension)) ? found : undefined;
}

/** Which kind has such a content; for what is not recognised, a text. Of several kinds the first. */
export const kindOfContent = (recognised: string | null): Kind | undefined =>
  recognised === null
    ? kindOf('txt')
    : (KINDS.find(({ type }) => type === recognised) ?? KINDS.find(({ magic }) => magic.includes(recognised)));

/** Whether browsers show it, and it was written anew by us. */
export const isShownAsPicture = (type: string): boolean =>
  KINDS.some((one) => one.family === 'image' && one.type === type);

/** For a file field's `accept` and hint. */
export const extensionsOf = (allow?: Allowed): string[] =>
  KINDS.filter(({ extension }) => kindOf(extension, allow)).map(({ extension }) => `.${extension}`);
