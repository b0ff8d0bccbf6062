import { decodeText } from './charsets.js';
import { decodeHeader } from './encoded-words.js';

/** `text/plain; charset=utf-8; name*0*=…`: the value and its parameters. */
export interface Parameterised {
  value: string;
  parameters: Map<string, string>;
}

const MAX_PARAMETERS = 100;
const PARAMETER = /\s*([^\s=;"]{1,100})\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))/y;

export function readParameters(header: string): Parameterised {
  const semicolon = header.indexOf(';');
  const value = (semicolon < 0 ? header : header.slice(0, semicolon)).trim().toLowerCase();
  const raw = new Map<string, string>();
  let at = semicolon < 0 ? header.length : semicolon + 1;
  while (at < header.length && raw.size < MAX_PARAMETERS) {
    PARAMETER.lastIndex = at;
    const match = PARAMETER.exec(header);
    if (match) {
      const name = match[1]!.toLowerCase();
      if (!raw.has(name)) raw.set(name, match[2]?.replace(/\\(.)/gs, '$1') ?? match[3]!.trim());
      at = PARAMETER.lastIndex;
    }
    const next = header.indexOf(';', at);
    if (next < 0) break;
    at = next + 1;
  }
  return { value, parameters: joined(raw) };
}

/** Puts continued and encoded parameters (RFC 2231) together; encoded words in quotes, which are wrong there, are read too. */
function joined(raw: Map<string, string>): Map<string, string> {
  const parameters = new Map<string, string>();
  const pieces = new Map<string, { index: number; text: string; encoded: boolean }[]>();
  for (const [key, text] of raw) {
    const [, name, index, star] = /^([^*]+)(?:\*(\d{1,3}))?(\*)?$/.exec(key) ?? [];
    if (!name) continue;
    if (index === undefined && !star) parameters.set(name, decodeHeader(text));
    else pieces.set(name, [...(pieces.get(name) ?? []), { index: Number(index ?? 0), text, encoded: star === '*' }]);
  }
  for (const [name, found] of pieces) {
    found.sort((a, b) => a.index - b.index);
    const [, charset] = found[0]!.encoded ? (/^([^']*)'[^']*'/.exec(found[0]!.text) ?? []) : [];
    const bytes = found.map(({ text, encoded }, position) => {
      const content = position === 0 && charset !== undefined ? text.replace(/^[^']*'[^']*'/, '') : text;
      return Buffer.from(encoded ? percentDecoded(content) : content, 'latin1');
    });
    parameters.set(name, decodeText(Buffer.concat(bytes), charset));
  }
  return parameters;
}

const percentDecoded = (text: string) =>
  text.replace(/%([0-9a-f]{2})/gi, (_match, code: string) => String.fromCharCode(parseInt(code, 16)));
