import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * A function or method of the libraries, and who calls it, as the compiler resolves it; closures count for whoever writes them, and what a class
 * leaves to others is called where it is written.
 */
export interface Callable {
  /** `Tickets.solve` */
  name: string;
  /** `libs/portal/tickets/src/tickets.ts` */
  file: string;
  isPublicMethod: boolean;
  isOfController: boolean;
  /** It writes what a class above leaves to it: what the others that do tell of, says nothing of this one. */
  isOneOfSeveral: boolean;
  callers: Set<Callable>;
}

/** Everything in the libraries that can be called. */
export function callGraph(): Callable[] {
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.base.json`, ts.sys.readFile) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const files = globSync('libs/*/*/src/**/*.ts', { cwd: ROOT }).map((file) => ROOT + file);
  const program = ts.createProgram(files, {
    ...options,
    composite: false,
    declaration: false,
    emitDeclarationOnly: false,
    noEmit: true,
  });
  const checker = program.getTypeChecker();
  const known = new Map<ts.Node, Callable>();
  const sources = program.getSourceFiles().filter(({ fileName }) => files.includes(fileName));
  const collect = (node: ts.Node): void => {
    if (isCallable(node)) known.set(node, described(node));
    ts.forEachChild(node, collect);
  };
  sources.forEach(collect);
  // Asking the compiler costs most: only of names that something here has.
  const names = new Set([...known.values()].map(({ name }) => name.split('.').at(-1)));
  const visit = (node: ts.Node, within: Callable | null): void => {
    const owner = known.get(node) ?? within;
    if (owner && ts.isIdentifier(node) && names.has(node.text) && isUse(node))
      for (const declaration of declarationsOf(checker, node)) connect(owner, known.get(declaration));
    ts.forEachChild(node, (child) => visit(child, owner));
  };
  for (const source of sources) visit(source, null);
  for (const [node, callable] of known)
    for (const left of leftToIt(checker, node).flatMap((one) => known.get(one) ?? [])) {
      connect(left, callable);
      callable.isOneOfSeveral = true;
    }
  return [...known.values()];
}

/** The abstract methods of the class above that this one writes. */
function leftToIt(checker: ts.TypeChecker, node: ts.Node): ts.MethodDeclaration[] {
  if (!ts.isMethodDeclaration(node) || !ts.isClassDeclaration(node.parent)) return [];
  const above = node.parent.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
  const symbol = above && checker.getTypeAtLocation(above).getProperty(node.name.getText());
  return (symbol?.declarations ?? []).filter(
    (one): one is ts.MethodDeclaration =>
      ts.isMethodDeclaration(one) && (ts.getCombinedModifierFlags(one) & ts.ModifierFlags.Abstract) !== 0,
  );
}

function connect(caller: Callable, callee: Callable | undefined): void {
  if (callee && callee !== caller) callee.callers.add(caller);
}

/** All from which one comes to `goal`, however long the way. */
export function leadingTo(goal: Callable): Set<Callable> {
  const found = new Set([goal]);
  for (const one of found) for (const caller of one.callers) found.add(caller);
  return found;
}

const isCallable = (node: ts.Node): node is ts.NamedDeclaration =>
  ts.isMethodDeclaration(node) ||
  ts.isFunctionDeclaration(node) ||
  ts.isConstructorDeclaration(node) ||
  (ts.isPropertyDeclaration(node) && node.initializer !== undefined) ||
  (ts.isVariableDeclaration(node) && node.initializer !== undefined && ts.isArrowFunction(node.initializer));

function described(node: ts.NamedDeclaration): Callable {
  const of = ts.isClassDeclaration(node.parent) ? node.parent : null;
  const name = [of?.name?.text, node.name?.getText() ?? 'constructor'].filter(Boolean).join('.');
  const hidden = ts.getCombinedModifierFlags(node) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected);
  const decorators = of ? (ts.getDecorators(of) ?? []) : [];
  return {
    ...{ name, file: node.getSourceFile().fileName.slice(ROOT.length), callers: new Set() },
    isPublicMethod: ts.isMethodDeclaration(node) && !hidden,
    isOneOfSeveral: false,
    isOfController: decorators.some(({ expression }) => /Controller\(/.test(expression.getText())),
  };
}

/** `name()` or `thing.name`, called or handed on. */
const isUse = (node: ts.Identifier): boolean =>
  ts.isPropertyAccessExpression(node.parent)
    ? node.parent.name === node
    : ts.isCallExpression(node.parent) && node.parent.expression === node;

function declarationsOf(checker: ts.TypeChecker, node: ts.Identifier): ts.Declaration[] {
  const symbol = checker.getSymbolAtLocation(node);
  const meant = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return meant?.declarations ?? [];
}
