import { decodeHeader } from './encoded-words.js';

export interface Address {
  name: string;
  /** In lower case; empty when there was none. */
  address: string;
}

const MAX_ADDRESSES = 200;
const MAILBOX = /^[^\s@<>()[\]\\,;:"]{1,64}@[^\s@<>()[\]\\,;:"]{1,255}$/u;

/** Addresses out of a header, in one pass: quotes, comments, groups and what mail programs make of them. */
export function readAddresses(header: string): Address[] {
  const found: Address[] = [];
  let name = '';
  let inside = '';
  let comment = '';
  let state: 'name' | 'quote' | 'angle' | 'comment' = 'name';
  let depth = 0;
  let addressed = false;
  const end = () => {
    const address = addressOf(name, inside, comment);
    if (address && found.length < MAX_ADDRESSES) found.push(address);
    name = inside = comment = '';
    addressed = false;
  };
  for (let at = 0; at < header.length; at++) {
    const char = header[at]!;
    if (state === 'quote') {
      if (char === '\\') name += header[++at] ?? '';
      else if (char === '"') state = 'name';
      else name += char;
    } else if (state === 'comment') {
      if (char === '(') depth++;
      if (char === ')' && --depth === 0) state = 'name';
      else comment += char;
    } else if (state === 'angle') {
      if (char === '>') state = 'name';
      else inside += char;
    } else if (char === '"') state = 'quote';
    else if (char === '(') {
      state = 'comment';
      depth = 1;
    } else if (char === '<') {
      state = 'angle';
      inside = '';
    } else if (char === ',' || char === ';') end();
    else if (char === ':' && !addressed) name = '';
    else {
      name += char;
      addressed ||= char === '@';
    }
  }
  end();
  return found;
}

function addressOf(name: string, inside: string, comment: string): Address | null {
  const bare = name.trim();
  const address = (inside.trim() || bare.split(/\s+/).find((word) => word.includes('@')) || '').replace(
    /^mailto:/i,
    '',
  );
  if (!MAILBOX.test(address)) return bare || inside ? { name: decodeHeader(bare), address: '' } : null;
  const label = inside ? bare : comment.trim();
  return { name: decodeHeader(label), address: address.toLowerCase() };
}
