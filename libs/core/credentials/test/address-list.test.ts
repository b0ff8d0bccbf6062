import { expect, test } from '@jest/globals';
import { InvalidField } from '@foyer/access';
import { isWithin, networkAsWritten, parseAddressList, plainAddress } from '../src/address-list.js';

test.each([
  ['192.0.2.7', '192.0.2.7', ['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:c000:207'], ['192.0.2.8', '::1']],
  ['192.0.2.77/24', '192.0.2.0/24', ['192.0.2.255'], ['192.0.3.1', 'x', '']],
  ['192.0.2.7/32', '192.0.2.7', ['192.0.2.7'], ['192.0.2.6']],
  ['::ffff:192.0.2.7', '192.0.2.7', ['192.0.2.7', '::ffff:192.0.2.7'], ['192.0.2.8']],
  ['::FFFF:192.0.2.0/120', '192.0.2.0/24', ['192.0.2.9'], ['192.0.3.9']],
  ['2001:DB8::/32', '2001:db8::/32', ['2001:db8:ffff::1'], ['2001:db9::1', '192.0.2.1']],
  ['2001:0db8:0:0:1::7/64', '2001:db8::/64', ['2001:db8::9'], ['2001:db8:0:1::9']],
  ['2001:db8::7', '2001:db8::7', ['2001:DB8:0::7'], ['2001:db8::8']],
  ['fe80::/10', 'fe80::/10', ['fe80::1%eth0'], ['fec0::1']],
])('%s is a network, written %s', (typed, written, inside, outside) => {
  expect(networkAsWritten(typed)).toBe(written);
  expect(inside.map((address) => isWithin(address, [written]))).not.toContain(false);
  expect(outside.map((address) => isWithin(address, [written]))).not.toContain(true);
});

test.each([
  ...['192.0.2.0/33', '192.0.2.0/0', '256.1.1.1', '192.0.2', 'example.com', '::1/129', '::/0', '::ffff:0.0.0.0/96'],
  ...['1.2.3.4/x', '', '0x7f.1.1.1', '010.0.0.1', '1.2.3.4/', '::1%eth0', ':'.repeat(50), '1.2.3.4/-1'],
])('%s is none', (typed) => expect(networkAsWritten(typed)).toBeNull());

test('a list keeps what its lines are called, each network once', () => {
  const typed = ['# Offices', '203.0.113.9/24   #  Berlin,  2nd floor ', '', '192.0.2.1, 192.0.2.2;2001:DB8::1 # VPN'];
  const kept = parseAddressList([...typed, '203.0.113.0/24', '# Offices'], 'x');
  expect(kept).toEqual([
    ...['# Offices', '203.0.113.0/24 # Berlin, 2nd floor', '192.0.2.1 # VPN', '192.0.2.2 # VPN', '2001:db8::1 # VPN'],
    '# Offices',
  ]);
  expect(parseAddressList(kept, 'x')).toEqual(kept);
  expect(['203.0.113.4', '192.0.2.2', '192.0.2.3', null].map((one) => isWithin(one, kept))).toEqual([
    ...[true, true, false, false],
  ]);
  expect(isWithin('192.0.2.3', ['# nothing yet'])).toBe(true);
  expect(parseAddressList([], 'x')).toEqual([]);
});

test('it is bounded, and what is wrong in it is named', () => {
  const many = Array.from({ length: 51 }, (_, at) => `192.0.2.${at}`);
  expect(() => parseAddressList(many, 'x')).toThrow(InvalidField);
  expect(parseAddressList(many.slice(1), 'x')).toHaveLength(50);
  const wrong = (): unknown => {
    try {
      return parseAddressList(['192.0.2.1', 'office'], 'x');
    } catch (error) {
      return error;
    }
  };
  expect(wrong()).toMatchObject({ field: 'x', values: { address: 'office' } });
});

test('an address is written one way, whatever socket it comes by', () => {
  const seen = ['::ffff:192.0.2.7', '::FFFF:c000:207', '192.0.2.7', 'fe80::1%eth0', '2001:db8::1', '::ffff:x'];
  expect(seen.map(plainAddress)).toEqual([
    ...['192.0.2.7', '192.0.2.7', '192.0.2.7', 'fe80::1', '2001:db8::1', '::ffff:x'],
  ]);
});
