import Handlebars from 'handlebars';
import { KNOWN_HELPERS } from './environment.js';
import { roughNesting } from './rough-nesting.js';
import { TemplateError } from './template-error.js';

export interface TemplateProblem {
  line: number | null;
  reason: string;
}

export interface TemplateRules {
  /** Names that `{{> name}}` may use. */
  partials: ReadonlySet<string>;
  bytes?: number;
  nodes?: number;
  depth?: number;
}

const LIMITS = { bytes: 64 * 1024, nodes: 3_000, depth: 30 };
const UNPARSABLE = 100;
const BLOCKS = new Set(['if', 'unless', 'each', 'with']);
const DATA = new Set(['root', 'index', 'key', 'first', 'last']);
const PARTIAL_BLOCK = '@partial-block';

/** What is wrong with a template that a tenant wrote; empty = it may be published. Nothing is run. */
export function checkTemplate(source: unknown, rules: TemplateRules): TemplateProblem[] {
  if (typeof source !== 'string') return [{ line: null, reason: 'A template is text' }];
  const bytes = rules.bytes ?? LIMITS.bytes;
  if (Buffer.byteLength(source) > bytes)
    return [{ line: null, reason: `Longer than ${bytes.toLocaleString('en')} bytes` }];
  if (source.includes('{{{{'))
    return [{ line: lineAt(source, source.indexOf('{{{{')), reason: 'Raw blocks are not available' }];
  // Handlebars parses nesting in quadratic time (5,000 brackets: 14 s): what nests far beyond any limit is not parsed at all.
  if (roughNesting(source) > UNPARSABLE) return [{ line: null, reason: 'Nested too deeply' }];
  try {
    const program = Handlebars.parse(source);
    return new Check(rules).run(program);
  } catch (error) {
    if (error instanceof RangeError) return [{ line: null, reason: 'Nested too deeply' }];
    const { line, reason } = TemplateError.from(error, 'template', 'template');
    return [{ line, reason: reason.replace(/^Parse error on line \d+:$/, 'Not valid Handlebars') }];
  }
}

type Call = hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression;
type Include = hbs.AST.PartialStatement | hbs.AST.PartialBlockStatement;

class Check extends Handlebars.Visitor {
  private readonly problems: TemplateProblem[] = [];
  private nodes = 0;
  private depth = 0;
  private aborted = false;

  constructor(private readonly rules: TemplateRules) {
    super();
  }

  run(program: hbs.AST.Program): TemplateProblem[] {
    this.accept(program);
    return this.problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  }

  override accept(node: hbs.AST.Node): void {
    if (!node || this.aborted) return;
    const { nodes = LIMITS.nodes, depth = LIMITS.depth } = this.rules;
    if (++this.nodes > nodes) return this.abort(node, `More than ${nodes.toLocaleString('en')} parts`);
    if (this.depth > depth) return this.abort(node, `Nested deeper than ${depth} levels`);
    const deeper = node.type === 'Program' || node.type === 'SubExpression' ? 1 : 0;
    this.depth += deeper;
    super.accept(node);
    this.depth -= deeper;
  }

  override MustacheStatement(mustache: hbs.AST.MustacheStatement): void {
    if (!mustache.escaped && !endsInHtml(mustache)) {
      this.refuse(mustache, '{{{…}}} prints unescaped text and is only for fields whose name ends in Html');
    }
    this.call(mustache);
    super.MustacheStatement(mustache);
  }

  override SubExpression(expression: hbs.AST.SubExpression): void {
    this.call(expression, true);
    super.SubExpression(expression);
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    const name = originalOf(block);
    if (Object.hasOwn(KNOWN_HELPERS, name) && !BLOCKS.has(name)) this.refuse(block, `{{#${name}}} is not a block`);
    else this.call(block);
    super.BlockStatement(block);
  }

  override PartialStatement(partial: hbs.AST.PartialStatement): void {
    this.include(partial);
    super.PartialStatement(partial);
  }

  override PartialBlockStatement(partial: hbs.AST.PartialBlockStatement): void {
    this.include(partial);
    super.PartialBlockStatement(partial);
  }

  override Decorator(decorator: hbs.AST.Decorator): void {
    this.refuse(decorator, 'Decorators ({{* …}}) are not available');
  }

  override DecoratorBlock(decorator: hbs.AST.DecoratorBlock): void {
    this.refuse(decorator, 'Decorators ({{#* …}}) are not available');
  }

  override PathExpression(path: hbs.AST.PathExpression): void {
    if (path.data && path.original !== PARTIAL_BLOCK && !DATA.has(String(path.parts[0]))) {
      this.refuse(path, `Unknown variable ${path.original}`);
    }
  }

  private call(call: Call, always = false): void {
    const called = always || call.params.length > 0 || call.hash !== undefined;
    if (called && !Object.hasOwn(KNOWN_HELPERS, originalOf(call)))
      this.refuse(call, `Unknown helper "${originalOf(call)}"`);
  }

  private include(partial: Include): void {
    const { name } = partial;
    if (name.type === 'SubExpression')
      return this.refuse(partial, 'The name of an included template must be written out');
    const { original } = name as hbs.AST.PathExpression;
    if (original !== PARTIAL_BLOCK && !this.rules.partials.has(String(original))) {
      this.refuse(partial, `Unknown template "${original}"`);
    }
  }

  private refuse(node: hbs.AST.Node, reason: string): void {
    this.problems.push({ line: node.loc.start.line, reason });
  }

  private abort(node: hbs.AST.Node, reason: string): void {
    this.refuse(node, reason);
    this.aborted = true;
  }
}

const lineAt = (source: string, index: number) => source.slice(0, index).split('\n').length;

const originalOf = (call: Call) => String((call.path as hbs.AST.PathExpression).original);

const endsInHtml = ({ path, params }: hbs.AST.MustacheStatement) =>
  params.length === 0 &&
  path.type === 'PathExpression' &&
  /Html$/.test(String((path as hbs.AST.PathExpression).parts.at(-1)));
