import { isIPv6 } from 'node:net';

/** Whoever has one IPv6 address has 2^64 of them: they count by the network (RFC 6177). What is no such address stays. */
export function networkOf(word: string): string {
  const address = word.replace(/%.*$/, '');
  if (!isIPv6(address)) return word;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  const network = groupsOf(address).slice(0, 4);
  return `${network.map((group) => group.toString(16)).join(':')}::/64`;
}

/** The eight groups of an IPv6 address, as numbers. */
export function groupsOf(address: string): number[] {
  const host = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail = ''] = host.split('::');
  const [before, after] = [head.split(':').filter(Boolean), tail.split(':').filter(Boolean)];
  const zeros = host.includes('::') ? Array<string>(8 - before.length - after.length).fill('0') : [];
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}
