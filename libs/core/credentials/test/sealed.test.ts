import { expect, test } from '@jest/globals';
import { seal, unseal } from '@foyer/credentials';

const KEY = 'k'.repeat(40);

test('a sealed secret opens with its key and for its purpose alone', () => {
  const sealed = seal(KEY, 'mailbox acme', 'pässword');
  expect(sealed).not.toContain('pässword');
  expect(seal(KEY, 'mailbox acme', 'pässword')).not.toBe(sealed);
  expect(unseal(KEY, 'mailbox acme', sealed)).toBe('pässword');
  expect(unseal(KEY, 'mailbox bolt', sealed)).toBeNull();
  expect(unseal('x'.repeat(40), 'mailbox acme', sealed)).toBeNull();
});

test('a changed one does not open', () => {
  const sealed = seal(KEY, 'p', 'secret');
  for (let at = 0; at < sealed.length; at++) {
    const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
    if (Buffer.from(changed, 'base64url').equals(Buffer.from(sealed, 'base64url'))) continue;
    expect(unseal(KEY, 'p', changed)).toBeNull();
  }
  expect(unseal(KEY, 'p', '')).toBeNull();
});
