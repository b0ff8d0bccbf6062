import { headerText, isMailbox, messageIds } from '../src/headers.js';

describe('what stands in a header (security 50)', () => {
  test('is one line, whatever was typed', () => {
    expect(headerText('Hello\r\nBcc: eve@evil.test')).toBe('Hello Bcc: eve@evil.test');
    expect(headerText('a\u2028b\u0000c\u0085d\u202ee')).toBe('a b c d e');
    expect(headerText('  مرحبا   👋  ')).toBe('مرحبا 👋');
    expect(headerText('👋'.repeat(300), 200)).toBe('👋'.repeat(200));
  });

  test.each(['ana@globex.test', "o'brien+tag@sub.globex.test", 'jörg@bücher.test'])('%s is one mailbox', (address) => {
    expect(isMailbox(address)).toBe(true);
  });

  test.each([
    '',
    'ana',
    'a@b@c',
    'ana@globex.test, eve@evil.test',
    'ana@globex.test;eve@evil.test',
    'Ana <ana@globex.test>',
    'ana@globex.test\r\nBcc: eve@evil.test',
    '"ana"@globex.test',
    '(x)ana@globex.test',
    'friends:ana@globex.test;',
    '@evil.test:ana@globex.test',
    'ana@globex.test\u0000',
  ])('%j is not one mailbox', (address) => {
    expect(isMailbox(address)).toBe(false);
  });

  test('a thread keeps its first and latest ids and drops what is none', () => {
    expect(messageIds(['<a@x>', 'evil\r\nBcc: x', '<a@x>', '<b@x>'])).toEqual(['<a@x>', '<b@x>']);
    const long = messageIds(Array.from({ length: 50 }, (_, n) => `<${n}@x>`));
    expect([long.length, long[0], long.at(-1)]).toEqual([20, '<0@x>', '<49@x>']);
  });
});
