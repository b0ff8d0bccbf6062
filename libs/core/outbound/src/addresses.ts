import { lookup as systemLookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** The host leads to where tenants must not reach: our own network, this machine, a cloud's metadata. */
export class ForbiddenAddress extends Error {
  override name = 'ForbiddenAddress';

  constructor(host: string) {
    super(`${host} is a private address`);
  }
}

export type Lookup = (host: string) => Promise<{ address: string }[]>;

/** Special-purpose addresses (IANA registries, RFC 6890 and later). */
const SPECIAL_4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
];
/** All but global unicast; of that, what carries IPv4 addresses inside (6to4, Teredo) or is for documentation. */
const SPECIAL_6 = ['::/3', '4000::/2', '8000::/1', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

// Two lists: one list takes IPv4 addresses for the IPv6 ones they can be written as.
const special = { 4: listOf(SPECIAL_4), 6: listOf(SPECIAL_6) };

/**
 * The addresses to connect to. Looked up once and used as they are, so that a second answer of the DNS cannot lead elsewhere.
 * @param allowed private ranges that may be reached all the same
 * @throws ForbiddenAddress when any address of the host is one that tenants must not reach
 */
export async function publicAddresses(
  host: string,
  allowed: readonly string[] = [],
  lookup: Lookup = (name) => systemLookup(name, { all: true }),
): Promise<string[]> {
  const name = host.replace(/^\[|\]$/g, '');
  const found = isIP(name) ? [{ address: name }] : await lookup(name);
  if (found.length === 0) throw new Error(`${host} has no address`);
  const open = listOf(allowed);
  for (const { address } of found) if (!isPublic(address) && !within(open, address)) throw new ForbiddenAddress(host);
  return found.map(({ address }) => address);
}

export function isPublic(address: string): boolean {
  return isIPv4(address) ? !within(special[4], address) : isIPv6(address) && !within(special[6], address);
}

function within(list: BlockList, address: string): boolean {
  const plain = address.split('%')[0]!;
  return isIPv4(plain) ? list.check(plain, 'ipv4') : isIPv6(plain) && list.check(plain, 'ipv6');
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (isIP(address)) list.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return list;
}
