import fc from 'fast-check';
import { cleanFileName, contentDisposition } from '../src/index.js';

describe('names of files (security 52)', () => {
  test.each([
    ['plan.pdf', 'plan.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\ana\\plan.pdf', 'plan.pdf'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['pl\u200ban\ufeff.p\u200ddf', 'plan.pdf'],
    ['a\r\nb\u0000.txt', 'ab.txt'],
    ['  .htaccess  ', 'htaccess'],
    ['plan.pdf. . ', 'plan.pdf'],
    ['a<b>"c"|d?.txt', 'a_b__c__d_.txt'],
    ['عقد الإيجار.pdf', 'عقد الإيجار.pdf'],
    ['Büro 👋.pdf', 'Büro 👋.pdf'],
    ['', 'file'],
    ['...', 'file'],
    ['\u202e', 'file'],
    ['\ud800.txt', '\ufffd.txt'],
  ])('%j becomes %j', (typed, clean) => expect(cleanFileName(typed)).toBe(clean));

  test('long ones keep their ending', () => {
    const clean = cleanFileName(`${'é👋'.repeat(300)}.pdf`);
    expect([...clean]).toHaveLength(200);
    expect(clean.endsWith('.pdf')).toBe(true);
  });

  test('whatever is typed, the result is one harmless segment and cleaning it again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (typed) => {
        const clean = cleanFileName(typed);
        expect(clean).not.toMatch(/[/\\\u0000-\u001f\u202a-\u202e\u2066-\u2069\u200b]/);
        expect(clean.length).toBeGreaterThan(0);
        expect(cleanFileName(clean)).toBe(clean);
      }),
    );
  });
});

describe('Content-Disposition (security 53, RFC 6266)', () => {
  test.each([
    ['plan.pdf', `attachment; filename="plan.pdf"; filename*=UTF-8''plan.pdf`],
    ['Büro (1).pdf', `attachment; filename="Buro (1).pdf"; filename*=UTF-8''B%C3%BCro%20%281%29.pdf`],
    ['عقد.pdf', `attachment; filename="file.pdf"; filename*=UTF-8''%D8%B9%D9%82%D8%AF.pdf`],
    ['a"b\\c%41.txt', `attachment; filename="a_b_c_41.txt"; filename*=UTF-8''a%22b%5Cc%2541.txt`],
    ["it's*.txt", `attachment; filename="it's*.txt"; filename*=UTF-8''it%27s%2A.txt`],
  ])('%j', (name, header) => expect(contentDisposition(name)).toBe(header));

  test('a name cannot begin another header or parameter', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(contentDisposition(name)).toMatch(
          /^attachment; filename="[^"\r\n\\]*"; filename\*=UTF-8''[\w%.~!$&+^`|#-]*$/,
        );
      }),
    );
  });
});
