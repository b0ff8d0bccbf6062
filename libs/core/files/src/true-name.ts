import { fileTypeFromFile } from 'file-type';
import { extensionOf } from './file-name.js';
import { kindOf, kindOfContent } from './kinds.js';

/**
 * A file's name with the ending that its content has, where it has none or that of another picture: telephones and web pages
 * call a PNG .jpg. Any other disagreement stays, to be refused: a program called .pdf deceives.
 */
export async function trueName(path: string, name: string): Promise<string> {
  const extension = extensionOf(name);
  const [kind, recognised] = [kindOf(extension), (await fileTypeFromFile(path))?.mime ?? null];
  const found = kindOfContent(recognised);
  if (!found || kind?.magic.includes(recognised)) return name;
  if (extension === '') return `${name}.${found.extension}`;
  if (!isPicture(kind?.type) || !isPicture(found.type)) return name;
  return `${name.slice(0, -extension.length)}${found.extension}`;
}

const isPicture = (type = '') => type.startsWith('image/');
