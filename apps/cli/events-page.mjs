// Writes deploy/events.md, the contract of all events, from the classes that declare them. `npm run events`; a test holds the page to the code.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = new URL('../../', import.meta.url);
const HEAD = `# Events

What modules tell each other, and what audit, webhooks and analytics go by. Written from the code by \`npm run events\`.

Each event is published in the transaction of what it tells (\`libs/core/events\`), and stamped: \`id\`, \`at\`, \`version\`, \`actor\` (a person, a key, a
job or staff, with id and name; null: nobody knows), \`request\` (as in \`X-Request-Id\`) and \`after\`, the event whose subscriber published it. A field more
keeps the version; one that is renamed, removed or means something else raises it. Lines of the version before may lack the newest fields.

No event holds secrets, HTML or words that people wrote: who may read those is asked of the module that has them, by the ids.
`;

/** The page as it should be. */
export function eventsPage() {
  const files = globSync('libs/**/src/**/*.ts', { cwd: root, exclude: ['**/dist/**', '**/node_modules/**'] })
    .map((file) => ({ file, text: readFileSync(new URL(file, root), 'utf8') }))
    .filter(({ text }) => text.includes('@EventName('))
    .map(({ file, text }) => ({ file, source: ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true) }));
  const events = files.flatMap(eventsOf).sort(byName).map(described);
  const shapes = files.flatMap(shapesOf).sort(byName).map(shape);
  return [HEAD, ...events, '# Shapes of fields\n', ...shapes].join('\n');
}

const byName = (a, b) => (a.name < b.name ? -1 : 1);

/** Types that events are made of, exported beside them. */
function shapesOf({ source }) {
  return source.statements
    .filter(
      (node) =>
        ts.isInterfaceDeclaration(node) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword),
    )
    .map((node) => ({ name: node.name.text, told: comment(node), fields: node.members.map(fieldOf) }));
}

function eventsOf({ file, source }) {
  const found = [];
  source.forEachChild((node) => {
    const call = (ts.isClassDeclaration(node) ? (ts.getDecorators(node) ?? []) : [])
      .map(({ expression }) => expression)
      .find((one) => ts.isCallExpression(one) && one.expression.getText() === 'EventName');
    if (!call) return;
    const made = node.members.find(ts.isConstructorDeclaration);
    found.push({
      name: call.arguments[0].text,
      version: call.arguments[1]?.getText() ?? '1',
      module: file.split('/').slice(0, 3).join('/'),
      told: comment(node),
      fields: (made?.parameters ?? []).map(fieldOf),
    });
  });
  return found;
}

const fieldOf = (each) => ({
  name: each.name.getText() + (each.questionToken ? '?' : ''),
  type: each.type?.getText() ?? typeof JSON.parse(each.initializer?.getText() ?? 'null'),
  told: comment(each),
});

const comment = (node) =>
  ts
    .getJSDocCommentsAndTags(node)
    .map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? '')
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();

const described = ({ name, version, module, told, fields }) =>
  [
    `## \`${name}\``,
    '',
    `Version ${version} · \`${module}\`${told && ` · ${told}`}`,
    '',
    ...fields.map(field),
    '',
  ].join('\n');
const shape = ({ name, told, fields }) =>
  [`## \`${name}\``, '', ...(told ? [told, ''] : []), ...fields.map(field), ''].join('\n');
const field = ({ name, type, told }) => `- \`${name}\`: \`${type.replace(/\s+/g, ' ')}\`${told && ` – ${told}`}`;

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(new URL('deploy/events.md', root), eventsPage());
