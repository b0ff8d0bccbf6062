import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const EXTENSION = '.hbs';

export interface TemplateFile {
  readonly name: string;
  /** Where a person finds it: a path, or words for what lives in the database. */
  readonly file: string;
  /** Changes when the text does. */
  readonly version: string;
  readonly trusted: boolean;
  read(): string;
}

/** One layer of templates. */
export interface TemplateLayer {
  find(name: string): TemplateFile | undefined;
  names(): Iterable<string>;
  /** Looks again at what is there; true when something changed. */
  refresh(): boolean;
}

/** A folder of `.hbs` files; a file's name is its path without the ending, after the prefix. */
export class TemplateFolder implements TemplateLayer {
  private files: Map<string, TemplateFile>;

  constructor(
    private readonly dir: string,
    private readonly prefix = '',
  ) {
    this.files = this.scan();
  }

  find(name: string): TemplateFile | undefined {
    return this.files.get(name);
  }

  names(): Iterable<string> {
    return this.files.keys();
  }

  refresh(): boolean {
    const before = this.files;
    this.files = this.scan();
    if (before.size !== this.files.size) return true;
    for (const [name, file] of this.files) if (before.get(name)?.version !== file.version) return true;
    return false;
  }

  private scan(): Map<string, TemplateFile> {
    const files = new Map<string, TemplateFile>();
    for (const path of filesBelow(this.dir, EXTENSION)) {
      const name = this.prefix + relative(this.dir, path).slice(0, -EXTENSION.length).split(sep).join('/');
      files.set(name, {
        name,
        file: path,
        version: `${path}@${statSync(path).mtimeMs}`,
        trusted: true,
        read: () => readFileSync(path, 'utf8'),
      });
    }
    return files;
  }
}

/** What a tenant has published in place of the theme's files. */
export class TemplateOverrides implements TemplateLayer {
  private readonly files = new Map<string, TemplateFile>();

  constructor(overrides: Readonly<Record<string, string>>) {
    for (const [name, source] of Object.entries(overrides)) {
      this.files.set(name, { name, file: `published ${name}`, version: '', trusted: false, read: () => source });
    }
  }

  find(name: string): TemplateFile | undefined {
    return this.files.get(name);
  }

  names(): Iterable<string> {
    return this.files.keys();
  }

  refresh(): boolean {
    return false;
  }
}

/** Files below a folder with this ending, sorted; none when the folder does not exist. */
export function filesBelow(dir: string, ending = ''): string[] {
  try {
    return readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(ending) && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
