import { Logger } from '@nestjs/common';

/**
 * Tells whether a file below some folders has changed, was added or taken away, by the system's own notices: a page asks for
 * a number instead of going through the folders. It keeps no process alive.
 */
export class WatchedFolders {
  private changes = 0;
  private readonly log = new Logger('Themes');
  private readonly folders = new Set<string>();
  private readonly watcher = this.start();

  /** Grows with every change. */
  get version(): number {
    return this.changes;
  }

  add(...folders: readonly string[]): void {
    const added = folders.filter((folder) => !this.folders.has(folder));
    if (added.length === 0) return;
    for (const folder of added) this.folders.add(folder);
    void this.watcher.then((watcher) => watcher?.add(added));
  }

  private async start() {
    // An installation without development's packages has nobody who edits its files.
    const chokidar = await import('chokidar').catch(() => null);
    if (!chokidar) {
      this.log.error('Files are not watched: chokidar is not installed');
      return null;
    }
    const watcher = chokidar.watch([], { persistent: false, ignoreInitial: true });
    const changed = () => void (this.changes += 1);
    // What changed before the notices began counts as changed when they do.
    return watcher
      .on('all', changed)
      .on('ready', changed)
      .on('error', (error) => this.log.error(error));
  }
}
