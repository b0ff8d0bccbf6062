import { DOMParser } from '@xmldom/xmldom';

export const NS = {
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  encryption: 'http://www.w3.org/2001/04/xmlenc#',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
} as const;
export type Namespace = keyof typeof NS;

/** Bounds of a document that strangers send; what providers send has a tenth of each at most. */
export interface XmlBounds {
  /** Elements within one another. */
  depth: number;
  elements: number;
}

/** Why a document is not even looked into: a word for those who look after the connection. */
export class UnreadableXml extends Error {
  override name = 'UnreadableXml';
}

/**
 * Reads a document of a provider. Before the parser sees it, one pass over its characters has bounded it; declarations of types, comments and
 * instructions have no place in one, and every trick with entities and with texts that a comment divides begins with them (security 28, 29, 55).
 * @throws UnreadableXml
 */
export function readXml(xml: string, bounds: XmlBounds): Element {
  // No document may hold NUL, in whatever way it is written (XML 1.0, 2.2); the parser below lets it pass.
  if (/\0|&#(?:0+|x0+);/i.test(xml)) throw new UnreadableXml('xml');
  mustBeBounded(xml, bounds);
  const broken = (word: string) => () => {
    throw new UnreadableXml(word);
  };
  const parser = new DOMParser({
    errorHandler: { warning: () => undefined, error: broken('xml'), fatalError: broken('xml') },
  });
  try {
    const root = parser.parseFromString(xml, 'text/xml').documentElement as Element | null;
    if (root) return root;
  } catch {
    // What the parser says of a stranger's document helps nobody.
  }
  throw new UnreadableXml('xml');
}

/** Looks at each `<` once. Inside of an attribute none may stand, so each begins something (XML 1.0, 2.3). */
function mustBeBounded(xml: string, { depth: deepest, elements: most }: XmlBounds): void {
  let [depth, elements] = [0, 0];
  for (let at = xml.indexOf('<'); at !== -1; at = xml.indexOf('<', at + 1)) {
    const next = xml[at + 1];
    if (next === '!') throw new UnreadableXml(xml.startsWith('<!--', at) ? 'comment' : 'doctype');
    if (next === '?') {
      if (!/^\s*$/.test(xml.slice(0, Math.min(at, 200))) || at > 200 || !xml.startsWith('<?xml ', at))
        throw new UnreadableXml('instruction');
      continue;
    }
    if (next === '/') {
      depth -= 1;
      continue;
    }
    elements += 1;
    const end = endOfTag(xml, at);
    if (end === -1) throw new UnreadableXml('xml');
    if (xml[end - 1] !== '/') depth += 1;
    if (depth > deepest || elements > most) throw new UnreadableXml('size');
    at = end - 1;
  }
}

/** Of an opening tag, past whatever `>` stands in the values of its attributes. */
function endOfTag(xml: string, from: number): number {
  let quote = '';
  for (let at = from; at < xml.length; at += 1) {
    const letter = xml[at]!;
    if (quote) quote = letter === quote ? '' : quote;
    else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === '>') return at;
  }
  return -1;
}

/** Children of this name. */
export function children(parent: Element, namespace: Namespace, name: string): Element[] {
  const found: Element[] = [];
  for (let node = parent.firstChild; node; node = node.nextSibling)
    if (isElement(node) && node.localName === name && node.namespaceURI === NS[namespace]) found.push(node);
  return found;
}

/** The only child of this name; null when there is none or more than one. */
export function only(parent: Element | null, namespace: Namespace, name: string): Element | null {
  const found = parent ? children(parent, namespace, name) : [];
  return found.length === 1 ? found[0]! : null;
}

/** All elements within, in order, however deep, the one itself included. */
export function within(root: Element): Element[] {
  const found: Element[] = [];
  const waiting: Element[] = [root];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    found.push(next);
    for (let node = next.lastChild; node; node = node.previousSibling) if (isElement(node)) waiting.push(node);
  }
  return found;
}

/** Its text, if it holds nothing but text. */
export function textIn(element: Element | null): string | null {
  if (!element) return null;
  for (let node = element.firstChild; node; node = node.nextSibling) if (isElement(node)) return null;
  return element.textContent?.trim() || null;
}

export const attribute = (element: Element | null, name: string): string | null =>
  element?.hasAttribute(name) ? element.getAttribute(name) : null;

const isElement = (node: Node): node is Element => node.nodeType === 1;
