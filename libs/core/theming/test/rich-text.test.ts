import fc from 'fast-check';
import type { Node } from 'prosemirror-model';
import { documentOf } from '../client/editor/read.js';
import { linkAddress, schema } from '../client/editor/schema.js';
import { markdownOf } from '../client/editor/write.js';
import { growth, LINEAR } from '@foyer/app-cli/testing/effort';
import { linkedParagraphs } from '../src/linked-paragraphs.js';
import { dialect, markdownHtml, markdownText } from '../src/markdown.js';

const CORPUS = [
  'It burns.\n\nWith a green flame.',
  'First line\nsecond line  \nthird\\\nfourth',
  'Some **bold**, *italic*, ~~gone~~, `code` and ***both***.',
  '- one\n- two\n  - nested\n    1. deep\n- three',
  '* one\n\n* two\n\n  with a second paragraph',
  '3. three\n4. four',
  '1) other\n2) sign',
  '- one\n- two\n\n* another list\n* of two',
  '> quoted\n>\n> > twice\n\nand answered',
  '> - a list\n> - in a quote\n\n- > a quote\n- in a list',
  '```js\nconst a = `b`;\n```',
  '    indented code\n\n    and more',
  '````\n```\n````',
  '- item\n  ```\n  code\n  ```\n- next',
  '# A heading\n\n### Smaller **and bold**\n\nSetext\n---\n\ntext',
  'above\n\n---\n\nbelow',
  '[a link](https://acme.example/a_(b)?c=d&e=f "Its title") and <https://acme.example/x_y_z>',
  'Bare https://acme.example/a_b*c* and www.acme.example/~user, mail ana@acme.example.',
  '[a][r] and [r]\n\n[r]: https://acme.example "Reference"',
  '| a | b |\n|---|--:|\n| 1 | **2** |\n\nafter the table',
  '![a picture](https://acme.example/a.png) stays a word',
  '<b>HTML</b> & &amp; &copy; &lt;script&gt; <script>alert(1)</script>',
  '[no](javascript:alert(1)) [no](data:text/html,x)',
  '1. \n2. two',
  '-\n- b',
  'snake_case_name 2*3*4 [1] (a) {b} a|b C:\\temp \\*literal\\* #hash',
  '2026. A year\n\n2026\\. The same',
  '**Hello!**world and **Hello!** world',
  'a\\\n\\\nb',
  'مرحبا **بالعالم**\n\n- أول\n- ثان',
  '日本語**強調**です',
  'Look: ![image.png] and ![image-2.png]\n\n- ![photo.jpg]',
  '**bold ![image.png]** and \\![not.png]',
  'Hello {{customer.name}}, @Mara Lind, a technician is on the way :-)',
  '\u00a0nbsp at the start, tab\tinside',
  '~~~\nwaves\n~~~\n\n~~~not~~~ closed',
  '- [ ] to do\n- [x] done',
  '+ plus\n\n\n\ntext far below',
  '\n\n  \n',
  '',
];

const rendered = (markdown: string) => dialect.render(markdown);

test.each([
  ['M8*20*1 and M6*10*2', '<p dir="auto">M8*20*1 and M6*10*2</p>\n'],
  ['2*3*4, 2**3**4', '<p dir="auto">2*3*4, 2**3**4</p>\n'],
  ['__init__ and _file_name_', '<p dir="auto">__init__ and _file_name_</p>\n'],
  ['10&nbsp;km', '<p dir="auto">10&amp;nbsp;km</p>\n'],
  [
    '**bold**, *soft*, 日本語**強調**です',
    '<p dir="auto"><strong>bold</strong>, <em>soft</em>, 日本語<strong>強調</strong>です</p>\n',
  ],
])('%j keeps its signs where they are no marks', (typed, shown) => {
  expect(rendered(typed)).toBe(shown);
});

test('a picture of the message stands where it was put, and is its name where it is not to be seen', () => {
  const pictures = [
    { name: 'crack.jpg', href: '/tickets/TKT-001/attachments/1', image: true },
    { name: 'report.pdf', href: '/tickets/TKT-001/attachments/2', image: false },
  ];
  const shown = markdownHtml('Here: ![crack.png] and ![<b>"x".png]', pictures)!;
  expect(shown).toContain('Here: <a href="/tickets/TKT-001/attachments/1"><img class="message-picture"');
  expect(shown).toContain('alt="crack.jpg"');
  expect(shown).toContain('and [&lt;b&gt;&quot;x&quot;.png]');
  expect(rendered('![report.pdf] ![a.png](http://evil.example/a.png)')).not.toContain('<img');
  expect(markdownText('See ![crack.png]')).toBe('See crack.png');
});

describe('Markdown → editor → Markdown', () => {
  test.each(CORPUS)('%j is shown as before', (markdown) => {
    expect(rendered(markdownOf(documentOf(markdown)))).toBe(rendered(markdown));
  });

  test('whatever is typed is shown as before', () => {
    const piece = fc.constantFrom(
      ...[
        '*',
        '**',
        '_',
        '~~',
        '`',
        '```',
        '[',
        ']',
        '(',
        ')',
        '<',
        '>',
        '!',
        '#',
        '## ',
        '- ',
        '+ ',
        '1. ',
        '2) ',
        '> ',
      ],
      ...[
        '\n',
        '\n\n',
        '  ',
        '    ',
        '\t',
        '\\',
        '|',
        '|-|',
        '---',
        '===',
        ':',
        '&amp;',
        '&',
        '"',
        'a',
        'word',
        'é',
        'م',
        '7',
      ],
      ...[
        'https://a.example/b_c*d',
        'www.a.example',
        'a@b.example',
        '[x](https://a.example)',
        '\r\n',
        '~',
        '=',
        '\u00a0',
      ],
    );
    const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (markdown) => {
        expect(rendered(markdownOf(documentOf(markdown)))).toBe(rendered(markdown));
      }),
      { numRuns: 1_500 },
    );
  });

  test('what people usually write has a shape of its own', () => {
    for (const markdown of CORPUS.slice(0, 18)) {
      const kinds = documentOf(markdown).children.map(({ type }) => type.name);
      expect(kinds).not.toContain('source');
    }
    expect(documentOf('| a |\n|---|\n| 1 |').child(0).type.name).toBe('source');
  });
});

describe('editor → Markdown → page', () => {
  const word = fc.constantFrom(
    ...[
      'word',
      'Hello!',
      '(see',
      'it)',
      '"so"',
      'a_b',
      '2*3',
      '*',
      '_',
      '~',
      '`',
      '<b>',
      '&copy;',
      '[1]',
      '#1',
      '1.',
      '-',
      '>',
      '+',
    ],
    ...[
      '===',
      '---',
      '|',
      'https://a.example/x_y',
      'www.a.example',
      'مرحبا',
      '日本',
      '!',
      ':',
      '\\',
      '7)',
      '@Mara',
      '| - |',
    ],
  );
  const words = fc.array(word, { minLength: 1, maxLength: 4 }).map((all) => all.join(' '));
  const marks = fc.subarray(['strong', 'em', 'strike', 'link']);
  const marked = fc.record({ text: fc.oneof(words, word), marks }).map(({ text, marks: names }) =>
    schema.text(
      text,
      names.map((name) => schema.mark(name, name === 'link' ? { href: 'https://acme.example/a' } : null)),
    ),
  );
  const coded = words.map((text) => schema.text(text, [schema.mark('code')]));
  const inline = fc.oneof(
    { weight: 5, arbitrary: marked },
    coded,
    fc.constant(schema.node('hard_break')),
    fc.constantFrom('image.png', 'shot-2.gif').map((name) => schema.node('picture', { name })),
  );
  const paragraph = fc.array(inline, { maxLength: 6 }).map((content) => schema.node('paragraph', null, content));
  const block = fc.letrec<{ block: Node; list: Node }>((tie) => ({
    block: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      paragraph,
      fc
        .array(word, { maxLength: 3 })
        .map((lines) => schema.node('code_block', null, lines.length > 0 ? [schema.text(lines.join('\n'))] : [])),
      fc.array(tie('block'), { minLength: 1, maxLength: 3 }).map((all) => schema.node('blockquote', null, all)),
      tie('list'),
    ),
    list: fc
      .tuple(
        fc.constantFrom('bullet_list', 'ordered_list'),
        fc.array(fc.tuple(paragraph, fc.array(tie('block'), { maxLength: 2 })), { minLength: 1, maxLength: 3 }),
      )
      .map(([kind, items]) =>
        schema.node(
          kind,
          null,
          items.map(([first, more]) => schema.node('list_item', null, [first, ...more])),
        ),
      ),
  })).block;
  const message = fc.array(block, { minLength: 1, maxLength: 4 }).map((all) => schema.node('doc', null, all));
  const lettersOf = (text: string) => text.replace(/\s+/g, '');
  const shapeOf = (node: Node): string =>
    `${node.type.name}(${node.children
      .filter((one) => !one.isInline && !isBlank(one))
      .map(shapeOf)
      .join()})`;
  const isBlank = (node: Node) => /^(?:paragraph|.*_list)$/.test(node.type.name) && node.textContent.trim() === '';

  test('letters are never lost, and blocks stay what they are', () => {
    fc.assert(
      fc.property(message, (doc) => {
        const again = documentOf(markdownOf(doc));
        expect(lettersOf(again.textContent)).toBe(lettersOf(doc.textContent));
        expect(shapeOf(again)).toBe(shapeOf(doc));
      }),
      { numRuns: 500 },
    );
  });

  test('marks stay where Markdown can set them, and go out of the way of letters where it cannot', () => {
    const strong = schema.mark('strong');
    const write = (...content: (string | [string])[]) =>
      markdownOf(
        schema.node('doc', null, [
          schema.node(
            'paragraph',
            null,
            content.map((one) => (typeof one === 'string' ? schema.text(one) : schema.text(one[0], [strong]))),
          ),
        ]),
      );
    expect(write('It is ', ['very urgent'], '.')).toBe('It is **very urgent**.');
    expect(write('It is', [' very '], 'urgent')).toBe('It is **very** urgent');
    expect(write(['Hello!'], 'world')).toBe('**Hello**!world');
  });

  test('plain words are plain text', () => {
    for (const plain of [
      'A well-known file_name.txt, 5 * 3 = 15 (see [1])!',
      'Tom & Ana <3',
      'C:\\temp',
      'https://a.example/b_c_d',
    ])
      expect(markdownOf(schema.node('doc', null, [schema.node('paragraph', null, [schema.text(plain)])]))).toBe(plain);
  });
});

test('links lead only where readers expect', () => {
  expect(linkAddress('acme.example/a b')).toBeNull();
  expect(linkAddress('acme.example/a')).toBe('https://acme.example/a');
  expect(linkAddress('localhost:3000/a')).toBe('https://localhost:3000/a');
  expect(linkAddress('ana@acme.example')).toBe('mailto:ana@acme.example');
  for (const bad of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'file:///etc',
    ' ',
    'ftp://a.example',
  ])
    expect(linkAddress(bad)).toBeNull();
});

test('one line says what a message says, without its signs', () => {
  expect(markdownText('Hello **Ana**,\n\n- [one](https://a.example)\n- `two`\n\n> three\nfour\n\n```\nfive\n```')).toBe(
    'Hello Ana, one two three four five',
  );
});

describe('57: what strangers write costs time in proportion to its length', () => {
  /** What makes readers of Markdown look back or ahead, again and again. */
  const PIECES = [
    ...['[', '![', ']', '](', '*', '**a ', '_', '~~', '`', '``a', '<', '<a ', '&', '\\', '>', '> ', '- ', '1. ', '# '],
    ...[
      '\n',
      '\n\n',
      '| ',
      '|-',
      '```\n',
      '    x\n',
      'http://a',
      'a@b.c ',
      '[a]: b\n',
      '[a][',
      '"',
      '“',
      '\u0000',
      'é',
      '\u200f',
    ],
    ...['*a_ ', '[x](y "', '<!--', '<?', '{{', 'https://a.b/c?d=e&f ', 'a.b.c.d.', '(((', ')))', '- - - '],
  ];
  const LONGEST = 50_000;

  test.each(PIECES)('%j', async (piece) => {
    for (const read of [markdownHtml, markdownText]) {
      const times = await growth(LONGEST, (bytes) =>
        read(piece.repeat(Math.ceil(bytes / piece.length)).slice(0, bytes)),
      );
      expect(times).toBeLessThan(LINEAR);
    }
  });
});

test.each<[text: string, address: string | null]>([
  ['https://a.example/a%20b?x=%C3%BC', 'https://a.example/a%20b?x=%C3%BC'],
  ['https://a.example/100%', 'https://a.example/100%'],
  ['https://a.example/a%zz!', 'https://a.example/a%zz'],
  ['https://a.example/a%E4b', 'https://a.example/a%E4b'],
  ['http://ex%61mple.com/a', 'http://ex%61mple.com/a'],
  ['http://100%.example/a', null],
  ['https://de.wikipedia.org/wiki/Köln_(Stadt)', 'https://de.wikipedia.org/wiki/Köln_(Stadt)'],
  ['(https://a.example/x_(y))', 'https://a.example/x_(y)'],
  ['(see https://a.example/a).', 'https://a.example/a'],
  ['https://müller.example/straße?q=ä', 'https://müller.example/straße?q=ä'],
  ['https://a_b.example/x', 'https://a_b.example/x'],
  ['https://user@a.example/', 'https://user@a.example/'],
  ['„https://a.example/a“', 'https://a.example/a'],
  ['«https://a.example/a»', 'https://a.example/a'],
  ['https://a.example/a,b;c, and', 'https://a.example/a,b;c'],
  ['https://a.example:8080/x#y(z)', 'https://a.example:8080/x#y(z)'],
  ['https://a.example/q?a=[1]&b=2', 'https://a.example/q?a=[1]&b=2'],
  ['https://مثال.example/ملف', 'https://مثال.example/ملف'],
  ['https://a.example/a،', 'https://a.example/a'],
  ['https://a.example/a؟', 'https://a.example/a'],
  ['https://a.example/a…', 'https://a.example/a'],
  ['https://', null],
  ['https://localhost:3000/x', 'https://localhost:3000/x'],
])('in running text, %s holds the address %s', (text, address) => {
  const links = (html: string) => [...html.matchAll(/<a href="[^"]*"[^>]*>([^<]*)</g)].map(([, shown]) => shown!);
  const plain = (html: string) => html.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=').replaceAll('&#x27;', "'");
  for (const html of [markdownHtml(text)!, linkedParagraphs(text)]) {
    const found = links(html).map((shown) => decodeURI(encodeURI(plain(shown))));
    const decoded = address && /%(?:20|C3|61)/.test(address) ? [address, decodeURI(address)] : [address];
    expect(address === null ? [null] : decoded).toContain(found[0] ?? null);
    expect(found.length).toBeLessThan(2);
  }
});

test('plain text keeps how far its lines stand in, and what stands between its words is as before', () => {
  expect(linkedParagraphs('- Brakes\n   - front,  red\n\trear')).toBe(
    '<p dir="auto">- Brakes<br>\u00a0\u00a0\u00a0- front,  red<br>\u00a0\u00a0\u00a0\u00a0rear</p>',
  );
  expect(linkedParagraphs(`${' '.repeat(500)}far`).length).toBeLessThan(100);
});

test('telephone numbers and code run from left to right in every language, and what they stand in does not change', () => {
  for (const number of ['+20 100 123 4567', '+49 (30) 901820', '0049-30-901820', '+1 555.010.0100']) {
    const isolated = `<bdi dir="ltr">${number}</bdi>`;
    expect(markdownHtml(`اتصل على ${number} غدًا`)).toContain(isolated);
    expect(linkedParagraphs(`اتصل على ${number} غدًا`)).toContain(isolated);
  }
  for (const no of ['1+1 2 3 4 5 6 7 8', 'TKT-0049 30 901820', '2026-11-29', '+20'])
    expect(markdownHtml(no)).not.toContain('<bdi');
  expect(markdownHtml('`a b`')).toContain('<code dir="ltr">');
  expect(markdownHtml('```\na\n```')).toContain('<pre dir="ltr">');
  expect(markdownHtml('    a')).toContain('<pre dir="ltr">');
});
