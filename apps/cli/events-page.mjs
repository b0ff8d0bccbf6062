// Writes deploy/events.md, the contract of all events, from the classes that declare them. `npm run events`; a test holds the page to the code.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = new URL('../../', import.meta.url);
const HEAD = `# Events

What modules tell each other, and what audit, webhooks and analytics go by. Written from the code by \`npm run events\`.

Each event is published in the transaction of what it tells (\`libs/core/events\`), and stamped: \`id\`, \`at\`, \`version\`, \`actor\` (a person, a key, a
job or staff, with id and name; null: nobody knows), \`request\` (as in \`X-Request-Id\`) and \`after\`, the event whose subscriber published it. A field more
keeps the version; one that is renamed, removed or means something else raises it.
`;

/** The page as it should be. */
export function eventsPage() {
  const events = globSync('libs/**/src/**/*.ts', { cwd: root, exclude: ['**/dist/**', '**/node_modules/**'] })
    .flatMap((file) => eventsOf(file))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return `${HEAD}\n${events.map(described).join('\n')}`;
}

function eventsOf(file) {
  const text = readFileSync(new URL(file, root), 'utf8');
  if (!text.includes('@EventName(')) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
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
      fields: (made?.parameters ?? []).map((each) => ({
        name: each.name.getText(),
        type: each.type?.getText() ?? typeof JSON.parse(each.initializer?.getText() ?? 'null'),
        told: comment(each),
      })),
    });
  });
  return found;
}

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
const field = ({ name, type, told }) => `- \`${name}\`: \`${type.replace(/\s+/g, ' ')}\`${told && ` – ${told}`}`;

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(new URL('deploy/events.md', root), eventsPage());
