import Handlebars from 'handlebars';
import { instrument, guardedWords } from './guarded-words.js';
import { FormerNames } from './former-names.js';
import { rendering } from './rendering.js';
import { TemplateError } from './template-error.js';
import type { TemplateFile, TemplateLayer } from './template-files.js';
import { vocabulary } from './vocabulary.js';

type Compiled = Handlebars.TemplateDelegate;

export const KNOWN_HELPERS: Readonly<Record<string, true>> = Object.fromEntries(
  [...Object.keys(vocabulary), 'if', 'unless', 'each', 'with'].map((name) => [name, true]),
);

// Said aloud, it is also silent: otherwise Handlebars writes a warning to the console for each name.
const NO_PROTOTYPES = { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false };

/**
 * One Handlebars environment over an ordered list of layers: the first layer that has a file wins. Partials are found by
 * name in the same layers and compiled at first use. A guarded one counts what its templates do (see `RenderBudget`) and
 * serves tenants that brought templates of their own.
 */
export class Environment {
  private readonly handlebars = Handlebars.create();
  private readonly compiled = new Map<string, { version: string; run: Compiled }>();
  /** A page of fifty rows includes the same few partials hundreds of times. */
  private readonly files = new Map<string, TemplateFile>();
  private lookedAt = 0;

  constructor(
    private readonly layers: readonly TemplateLayer[],
    private readonly guarded = false,
    private readonly check: (source: string, name: string) => void = () => {},
    private readonly former = new FormerNames(),
  ) {
    this.handlebars.unregisterHelper('log');
    this.handlebars.unregisterHelper('helperMissing');
    this.handlebars.registerHelper(vocabulary as Handlebars.HelperDeclareSpec);
    if (guarded) this.handlebars.registerHelper(guardedWords(this.handlebars));
    this.announce();
  }

  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  names(): string[] {
    return [...new Set(this.layers.flatMap((layer) => [...layer.names()]))].sort();
  }

  /** What a template may include: also by the names of before. */
  includable(): string[] {
    return [...new Set(this.names().flatMap((name) => this.former.of(name)))];
  }

  fileOf(name: string): string {
    return this.found(name).file;
  }

  /** Call inside `whileRendering`. */
  render(name: string, data: object): string {
    return this.run(name, data, NO_PROTOTYPES);
  }

  /** Compiles without running, so that a broken template shows before a person meets it. */
  verify(name: string): void {
    const file = this.found(name);
    try {
      const { Compiler } = this.handlebars as unknown as {
        Compiler: new () => { compile(ast: unknown, o: object): void };
      };
      new Compiler().compile(this.parse(file), this.compileOptions());
    } catch (error) {
      throw TemplateError.from(error, name, file.file);
    }
  }

  /** Looks at the folders again, once for each `version` of what is watched. */
  refresh(version: number): void {
    if (this.lookedAt === version) return;
    this.lookedAt = version;
    if (this.layers.map((layer) => layer.refresh()).includes(true)) this.announce();
  }

  // Handlebars looks partials up as own properties of a record, so every name stands there, compiled or not.
  private announce(): void {
    this.files.clear();
    for (const name of Object.keys(this.handlebars.partials)) this.handlebars.unregisterPartial(name);
    for (const name of this.includable()) {
      this.handlebars.registerPartial(name, (context, options) => this.include(name, context, options));
    }
  }

  private include(name: string, context: unknown, options: Handlebars.RuntimeOptions | undefined): string {
    const { budget } = rendering();
    if (!budget) return this.run(name, context, options);
    budget.enter();
    const html = this.run(name, context, options);
    budget.leave();
    budget.write(html.length);
    return html;
  }

  private run(name: string, context: unknown, options: Handlebars.RuntimeOptions | undefined): string {
    const file = this.found(name);
    try {
      return this.template(file)(context, options);
    } catch (error) {
      throw error instanceof TemplateError ? error.through(name) : TemplateError.from(error, name, file.file);
    }
  }

  private template(file: TemplateFile): Compiled {
    const cached = this.compiled.get(file.name);
    if (cached?.version === file.version) return cached.run;
    const run = this.handlebars.compile(this.parse(file), this.compileOptions());
    this.compiled.set(file.name, { version: file.version, run });
    return run;
  }

  private parse(file: TemplateFile): hbs.AST.Program {
    const source = file.read();
    if (!file.trusted) this.check(source, file.name);
    const program = this.handlebars.parse(source);
    return this.guarded ? instrument(program) : program;
  }

  private compileOptions(): CompileOptions {
    // Indentation of includes would get into <textarea> and <pre>.
    return {
      knownHelpers: { ...KNOWN_HELPERS, ...(this.guarded && { print: true }) },
      knownHelpersOnly: true,
      preventIndent: true,
    };
  }

  private find(name: string): TemplateFile | undefined {
    const known = this.files.get(name);
    if (known) return known;
    const file = this.look(name);
    if (file) this.files.set(name, file);
    return file;
  }

  private look(name: string): TemplateFile | undefined {
    const names = this.former.of(name);
    for (const layer of this.layers) {
      const file = names.map((one) => layer.find(one)).find(Boolean);
      if (file) return file;
    }
    return undefined;
  }

  private found(name: string): TemplateFile {
    const file = this.find(name);
    if (!file) throw new TemplateError(name, name, 'No such template in any layer');
    return file;
  }
}
