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
