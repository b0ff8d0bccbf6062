import Handlebars from 'handlebars';
import { rendering } from './rendering.js';
import { scalar, vocabulary } from './vocabulary.js';

type Helper = (this: unknown, ...args: unknown[]) => unknown;

/** The same words, each telling the budget what it did; and `print`, which `instrument` puts around every output. */
export function guardedWords(handlebars: typeof Handlebars): Handlebars.HelperDeclareSpec {
  const words: Record<string, Helper> = {};
  for (const [name, word] of Object.entries(vocabulary)) words[name] = measured(word as Helper);
  words.each = counted(handlebars.helpers.each as Helper);
  words.print = (value) => {
    rendering().budget?.write(scalar(value).length);
    return value instanceof Handlebars.SafeString ? value : scalar(value);
  };
  return words as Handlebars.HelperDeclareSpec;
}

function measured(word: Helper): Helper {
  return function (...args) {
    const result = word.apply(this, args);
    rendering().budget?.write(Array.isArray(result) ? result.length : scalar(result).length);
    return result;
  };
}

function counted(each: Helper): Helper {
  return function (items, options) {
    const { fn, ...rest } = options as Handlebars.HelperOptions;
    const turn = (context: unknown, settings?: Handlebars.RuntimeOptions) => {
      const { budget } = rendering();
      budget?.turn();
      const html = fn(context, settings);
      budget?.write(html.length);
      return html;
    };
    return each.call(this, items, { ...rest, fn: turn });
  };
}

/** Turns `{{x}}` into `{{print x}}`, so that what a template prints is counted before it is written. */
export function instrument(program: hbs.AST.Program): hbs.AST.Program {
  new Printing().accept(program);
  return program;
}

class Printing extends Handlebars.Visitor {
  override MustacheStatement(mustache: hbs.AST.MustacheStatement): void {
    const { path, params, hash, loc } = mustache;
    const called =
      params.length > 0 ||
      hash !== undefined ||
      (path.type === 'PathExpression' && isWord(path as hbs.AST.PathExpression));
    const value = called ? ({ type: 'SubExpression', path, params, hash, loc } as hbs.AST.SubExpression) : path;
    mustache.path = {
      type: 'PathExpression',
      data: false,
      depth: 0,
      parts: ['print'],
      original: 'print',
      loc,
    } as hbs.AST.PathExpression;
    mustache.params = [value];
    mustache.hash = undefined as unknown as hbs.AST.Hash;
  }
}

const isWord = (path: hbs.AST.PathExpression) =>
  path.depth === 0 && !path.data && Object.hasOwn(vocabulary, path.original);
