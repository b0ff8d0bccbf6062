import { expect, test } from '@jest/globals';
import type { InboundMail } from '@foyer/inbound';
import { subjectOf } from '../src/mail-text.js';

test.each([
  ['Re: [TKT-012] The lift is stuck', 'The lift is stuck'],
  ['رد: [ TKT-12 ] المصعد عالق', 'المصعد عالق'],
  ['Re: [TKT-012 ]  [\u00a0TKT-012\u00a0] The lift is stuck', 'The lift is stuck'],
  ['[ ERP-2041 ] Export is empty', '[ ERP-2041 ] Export is empty'],
])('a ticket is called after %s as a person would call it', (subject, called) =>
  expect(subjectOf({ subject, text: '' } as InboundMail, 'Without a subject')).toBe(called),
);

test('a number of ours stays where nothing else tells which ticket is meant', () => {
  const called = (subject: string) => subjectOf({ subject, text: '' } as InboundMail, 'Without a subject', true);
  expect(called('Re: [TKT-012] AW: The lift')).toBe('[TKT-012] AW: The lift');
  expect(called('WG: Re: The lift')).toBe('The lift');
});
