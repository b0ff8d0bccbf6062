import { expect, test } from '@jest/globals';
import { ForbiddenAddress, isPublic, publicAddresses } from '../src/addresses.js';

test.each([
  ...['127.1', '0x7f000001', '2130706433', '127.0.0.1', 'localhost', '[::1]', '::ffff:10.0.0.1', '::ffff:7f00:1'],
  ...[
    '64:ff9b::a00:1',
    '64:ff9b:1::a00:1',
    '::10.0.0.1',
    '::ffff:8.8.8.8',
    '169.254.169.254',
    '10.1.2.3',
    '192.168.0.1',
    '172.31.255.255',
    '100.64.0.1',
    '0.0.0.0',
  ],
  ...['fe80::1', 'fc00::1', 'ff02::1', '2002:7f00:1::', '2001:0:1::', '224.0.0.1', '255.255.255.255', '198.18.0.1'],
])('48: %s is refused', async (host) => {
  await expect(publicAddresses(host)).rejects.toThrow(ForbiddenAddress);
});

test.each(['93.184.216.34', '2606:2800:220:1::1', '8.8.8.8'])('%s may be reached', async (host) => {
  expect(await publicAddresses(host)).toEqual([host]);
  expect(isPublic(host)).toBe(true);
});

test('a name is as private as the worst of its addresses, and is looked up once', async () => {
  const answers = [[{ address: '8.8.8.8' }], [{ address: '127.0.0.1' }]];
  const rebinding = () => Promise.resolve(answers.shift()!);
  expect(await publicAddresses('imap.evil.example', [], rebinding)).toEqual(['8.8.8.8']);
  const both = () => Promise.resolve([{ address: '8.8.8.8' }, { address: '10.0.0.1' }]);
  await expect(publicAddresses('imap.evil.example', [], both)).rejects.toThrow(ForbiddenAddress);
});

test('a range of one’s own may be opened', async () => {
  expect(await publicAddresses('10.1.2.3', ['10.1.0.0/16'])).toEqual(['10.1.2.3']);
  await expect(publicAddresses('10.2.2.3', ['10.1.0.0/16'])).rejects.toThrow(ForbiddenAddress);
});
