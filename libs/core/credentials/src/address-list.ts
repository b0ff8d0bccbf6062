import { BlockList, isIP, isIPv4 } from 'node:net';
import { InvalidField } from '@foyer/access';
import { groupsOf } from './network.js';

const MOST_LINES = 50;
const MOST_LABEL = 80;

/**
 * What somebody typed as a list of addresses, as it is kept: `203.0.113.0/24 # Office` a line, the network without the bits of a host
 * (RFC 4632), IPv6 as RFC 5952 writes it, and IPv4 within IPv6 (`::ffff:192.0.2.7`) as IPv4. Lines of words alone stay.
 * @throws InvalidField at `field`
 */
export function parseAddressList(typed: readonly string[], field: string): string[] {
  const lines = typed.flatMap((line) => {
    const [addresses = '', ...words] = line.split('#');
    const label = words.join('#').replace(/\s+/g, ' ').trim().slice(0, MOST_LABEL).trim();
    const comment = label && `# ${label}`;
    const some = addresses.split(/[\s,;]+/).filter(Boolean);
    if (some.length === 0) return comment ? [comment] : [];
    return some.map((one) => {
      const network = networkAsWritten(one);
      if (network === null) throw new InvalidField(field, 'web.form.address', { address: one.slice(0, 60) });
      return comment ? `${network} ${comment}` : network;
    });
  });
  const seen = new Set<string>();
  const kept = lines.filter((line) => {
    const network = networkIn(line);
    return network === '' || (!seen.has(network) && seen.add(network));
  });
  if (kept.length > MOST_LINES) throw new InvalidField(field, 'web.form.addresses', { max: MOST_LINES });
  return kept;
}

/** `192.0.2.7`, `192.0.2.0/24` or `2001:db8::/32`; null for anything else, and for all addresses there are. */
export function networkAsWritten(text: string): string | null {
  const [, address = '', digits] = /^([\da-fA-F.:]{2,45})(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return null;
  const width = version === 4 ? 32 : 128;
  const length = digits === undefined ? width : Number(digits);
  if (length > width) return null;
  const bits = bitsOf(address);
  const isMapped = version === 6 && length >= 96 && bits >> 32n === 0xffffn;
  const [size, of] = isMapped || version === 4 ? [32, version === 4 ? length : length - 96] : [128, length];
  if (of < 1) return null;
  const host = BigInt(size - of);
  const network = written(((size === 32 ? bits & 0xffff_ffffn : bits) >> host) << host, size);
  return of === size ? network : `${network}/${of}`;
}

const read = new WeakMap<readonly string[], BlockList | null>();

/** Whether an address is in one of the networks of a list as it is kept; where there are none, all are. */
export function isWithin(address: string | null, list: readonly string[]): boolean {
  if (!read.has(list)) read.set(list, blockList(list.map(networkIn).filter(Boolean)));
  const networks = read.get(list)!;
  if (networks === null) return true;
  const plain = address === null ? '' : plainAddress(address);
  return isIP(plain) !== 0 && networks.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
}

/** IPv4 on a socket of both kinds as IPv4, and without the name of an interface. */
export function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, '');
  return /^::ffff:/i.test(bare) ? (networkAsWritten(bare) ?? bare) : bare;
}

const networkIn = (line: string): string => line.split('#')[0]!.trim();

function blockList(networks: string[]): BlockList | null {
  if (networks.length === 0) return null;
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', length] = network.split('/');
    const isFour = isIPv4(address);
    list.addSubnet(address, Number(length ?? (isFour ? 32 : 128)), isFour ? 'ipv4' : 'ipv6');
  }
  return list;
}

function bitsOf(address: string): bigint {
  const [parts, size] = isIPv4(address) ? [address.split('.').map(Number), 8n] : [groupsOf(address), 16n];
  return parts.reduce((bits, part) => (bits << size) | BigInt(part), 0n);
}

function written(bits: bigint, size: number): string {
  const step = size === 32 ? 8 : 16;
  const parts = Array.from({ length: size / step }, (_, at) =>
    Number((bits >> BigInt(size - step * (at + 1))) & BigInt(2 ** step - 1)),
  );
  if (size === 32) return parts.join('.');
  return new URL(`http://[${parts.map((part) => part.toString(16)).join(':')}]`).hostname.slice(1, -1);
}
