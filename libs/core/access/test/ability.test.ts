import { describe, expect, test } from '@jest/globals';
import { abilityOf, accessible, allowed, why } from '@foyer/access';

const ability = abilityOf(({ can, cannot }) => {
  can('read', 'Thing', { ownerId: 'a' }).because('own');
  can('read', 'Thing', { groupId: { $in: ['g', 'h'] } }).because('group');
  cannot('read', 'Thing', { secret: true });
});

describe('one rule, two uses', () => {
  test('as a question about one record', () => {
    expect(allowed(ability, 'read', 'Thing', { ownerId: 'a', groupId: null, secret: false })).toBe(true);
    expect(allowed(ability, 'read', 'Thing', { ownerId: 'b', groupId: 'h', secret: false })).toBe(true);
    expect(allowed(ability, 'read', 'Thing', { ownerId: 'a', groupId: 'g', secret: true })).toBe(false);
  });

  test('as a condition for SQL, with every value a parameter', () => {
    const { text, params } = accessible(ability, 'read', 'Thing', 't');
    expect(text).toContain('t.owner_id = ?');
    expect(text).toContain('t.group_id = any(?)');
    expect(text).toContain('not coalesce(t.secret = ?, false)');
    expect(text.split('?').length - 1).toBe(params.length);
  });

  test('nothing allowed is a condition that matches nothing', () => {
    expect(accessible(ability, 'delete', 'Thing', 't')).toEqual({ text: 'false', params: [] });
    expect(
      accessible(
        abilityOf(() => undefined),
        'read',
        'Thing',
        't',
      ).text,
    ).toBe('false');
  });

  test('a rule of a kind SQL does not know is refused, not ignored', () => {
    const odd = abilityOf(({ can }) => can('read', 'Thing', { size: { $gt: 3 } }));
    expect(() => accessible(odd, 'read', 'Thing', 't')).toThrow(/cannot compare/);
  });

  test('why tells the rule', () => {
    expect(why(ability, 'read', 'Thing', { ownerId: 'a', groupId: null, secret: false })).toBe('own');
    expect(why(ability, 'read', 'Thing', { ownerId: 'z', groupId: 'g', secret: false })).toBe('group');
    expect(why(ability, 'read', 'Thing', { ownerId: 'z', groupId: 'z', secret: false })).toBeNull();
  });
});
