import { growth, LINEAR } from '@foyer/app-cli/testing/effort';
import { checkCss } from '../src/index.js';

const fine = [
  '',
  '.card { color: var(--brand); background: color-mix(in oklch, var(--brand) 10%, white) }',
  '@media (width > 40rem) { .card { grid-template-columns: 1fr 2fr; &:hover { color: red } } }',
  '@keyframes rise { from { opacity: 0 } to { opacity: 1 } }',
  '@supports (display: grid) { .a::before { content: "url(https://not-loaded.test)" } }',
  '.logo { background: url(/assets/abc/pic.png) } .i { mask: url("#star") }',
  '.dot { background: url(data:image/png;base64,iVBORw0KGgo=) }',
  ':root { --gap: 2rem; --x: 1px solid red }',
  '/* } url(https://evil.test) @import */ a { color: red }',
  "a { content: \"}\" ; color: red } b { content: '\\'}' }",
  '.a\\:b { position: sticky }',
];
test.each(fine)('allowed: %s', (css) => {
  expect(checkCss(css)).toEqual([]);
});

describe('37: tenant CSS loads nothing from elsewhere and stays in its layer', () => {
  test.each<[string, number, string]>([
    ['a{}\n@import url(https://evil.test/x.css);', 2, '@import'],
    ['@import "x.css";', 1, '@import'],
    ['@\\69mport "x.css";', 1, 'not available'],
    ['@IMPORT "x.css";', 1, '@IMPORT'],
    ['@charset "utf-7";', 1, '@charset'],
    ['@namespace x url(http://a);', 1, '@namespace'],
    ['@layer base { a { color: red } }', 1, '@layer'],
    ['@font-face { font-family: x; src: url(https://evil.test/f) }', 1, '@font-face'],
    ['a { color: red }\n\nb { background: url(https://evil.test/?q) }', 3, 'not on this portal'],
    ['a { background: url(//evil.test/x) }', 1, 'not on this portal'],
    ['a { background: url("/\\\\evil.test/x") }', 1, ''],
    ['a { background: url(/\\2f evil.test) }', 1, ''],
    ['a { background: u\\72l(https://evil.test) }', 1, ''],
    ['a { background: URL(https://evil.test) }', 1, ''],
    ['a { background: url(javascript:alert(1)) }', 1, ''],
    ['a { background: url(data:image/svg+xml;base64,PHN2Zz4=) }', 1, 'not on this portal'],
    ['a { background: url(data:text/html,x) }', 1, 'not on this portal'],
    ['a { background: image-set("https://evil.test/x" 1x) }', 1, 'image-set'],
    ['a { background: image("https://evil.test/x") }', 1, 'image'],
    ['a { background: src("https://evil.test/x") }', 1, 'src'],
    ['a { --x: url(https://evil.test); background: var(--x) }', 1, ''],
    ['a { --x: "//evil.test"; background: src(var(--x)) }', 1, 'src'],
    ['a { width: expression(alert(1)) }', 1, 'expression'],
    ['a { width: exp\\72 ession(alert(1)) }', 1, ''],
    ['a { behavior: url(/x.htc) }', 1, 'behavior'],
    ['a { -moz-binding: url(/x.xml#y) }', 1, '-moz-binding'],
    ['.overlay {\n position: fixed; inset: 0 }', 2, 'cover'],
    ['.overlay { position: FIX\\45 D }', 1, 'cover'],
    ['.overlay { --p: fixed; position: var(--p) }', 1, 'cover'],
    ['} body { color: red', 1, 'too many'],
    ['a { color: red', 1, 'missing'],
    ['a { color: red }}', 1, 'too many'],
    ['a { content: "x\n} b {" }', 1, 'not closed'],
    ['a { color: red } /* x', 1, 'not closed'],
    ['a { color: red } /*/', 1, 'not closed'],
    ['</style><script>alert(1)</script>', 1, 'HTML'],
    ['a { color: red; b c d; }', 1, 'Not valid CSS'],
    ['a {'.repeat(60) + '}'.repeat(60), 1, 'Nested too deeply'],
    ['a{}'.repeat(40_000), 1, 'Longer than'],
  ])('%s', (css, line, reason) => {
    expect(checkCss(css)[0]).toEqual({ line, reason: expect.stringContaining(reason) });
  });

  test('what is no text is refused', () => {
    expect(checkCss(['a{}'])).toEqual([{ line: 1, reason: 'CSS is text' }]);
    expect(checkCss(undefined)).toHaveLength(1);
  });

  test('all problems are told at once, by line', () => {
    const css = '@import "a";\na { position: fixed }\nb { background: url(http://x.test) }';
    expect(checkCss(css).map(({ line }) => line)).toEqual([1, 2, 3]);
  });

  test.each(['/*', '"', '\\', '(', 'a{', '@a ', 'url(', "'\n", '/**/'])(
    'hostile input is checked in linear time: %j',
    async (piece) => {
      const check = (bytes: number) => checkCss(piece.repeat(Math.floor(bytes / piece.length)));
      expect(await growth(100_000, check)).toBeLessThan(LINEAR);
    },
  );
});
