import { expect, test } from '@jest/globals';
import { commaSeparated } from '@foyer/i18n';
import { tagsIn } from '../src/tags.js';

test.each([
  ['VIP, Key account', ['vip', 'key-account']],
  ['عاجل، مهم،فاتورة', ['عاجل', 'مهم', 'فاتورة']],
  ['緊急、重要，請求', ['緊急', '重要', '請求']],
  [' ,،、，\n', []],
])('“%s” is as many tags as its commas say, whatever keyboard they are from', (typed, tags) => {
  expect(tagsIn(typed)).toEqual(tags);
  expect(commaSeparated(typed)).toHaveLength(tags.length);
});
