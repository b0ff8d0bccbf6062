/**
 * What templates were called before, by how their names begin. Mails that the version before has queued, templates that teams have
 * published and those of packs go by the old name until the release after the next.
 */
export class FormerNames {
  private beginnings: [was: string, is: string][] = [];

  add(beginnings: Readonly<Record<string, string>>): void {
    this.beginnings.push(...Object.entries(beginnings));
  }

  /** The name itself, then what it is called now or was called before. */
  of(name: string): string[] {
    const others = this.beginnings.flatMap(([was, is]) => [instead(name, is, was), instead(name, was, is)]);
    return [name, ...others.filter((other) => other !== null)];
  }
}

const instead = (name: string, begin: string, other: string) =>
  name.startsWith(begin) ? other + name.slice(begin.length) : null;
