import { BlockList, isIP } from 'node:net';

/** `192.0.2.7`, `192.0.2.0/24` or `2001:db8::/32`; null for anything else. */
export function networkAsWritten(text: string): string | null {
  const [, address = '', length] = /^([\da-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
  const version = isIP(address);
  if (version === 0) return null;
  const most = version === 4 ? 32 : 128;
  if (length !== undefined && (Number(length) < 1 || Number(length) > most)) return null;
  return `${address.toLowerCase()}/${Number(length ?? most)}`;
}

/** Whether an address is in one of the networks; none: all are. */
export function isWithin(address: string, networks: readonly string[]): boolean {
  if (networks.length === 0) return true;
  const list = new BlockList();
  for (const network of networks) {
    const [net = '', length] = network.split('/');
    list.addSubnet(net, Number(length), isIP(net) === 6 ? 'ipv6' : 'ipv4');
  }
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
}
