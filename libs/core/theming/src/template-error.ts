/** A template that cannot be read, compiled or rendered; says which one, where, and by which road it was reached. */
export class TemplateError extends Error {
  override name = 'TemplateError';

  constructor(
    readonly template: string,
    readonly file: string,
    readonly reason: string,
    readonly line: number | null = null,
    readonly trail: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    const road = trail.length > 0 ? ` (from ${trail.join(' → ')})` : '';
    super(`${file}${line === null ? '' : `:${line}`}: ${reason}${road}`, options);
  }

  static from(error: unknown, template: string, file: string): TemplateError {
    if (error instanceof TemplateError) return error;
    const { message, lineNumber } = error as { message: string; lineNumber?: unknown };
    const line = typeof lineNumber === 'number' ? lineNumber : lineOf(message);
    return new TemplateError(template, file, message.split('\n')[0]!, line, [], { cause: error });
  }

  through(template: string): TemplateError {
    return new TemplateError(this.template, this.file, this.reason, this.line, [template, ...this.trail], {
      cause: this.cause,
    });
  }
}

// Handlebars tells the place in words: "Parse error on line 3:" and "… unknown helper x - 3:4".
function lineOf(message: string): number | null {
  const found = /Parse error on line (\d+)/.exec(message) ?? / - (\d+):\d+$/.exec(message);
  return found ? Number(found[1]) : null;
}
