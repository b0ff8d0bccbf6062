import { Injectable } from '@nestjs/common';
import { ConnectionBook, isOn } from '../connection-book.js';
import { IdentityLinks } from '../identity-links.js';
import { SignOnRefused } from '../refused.js';
import { SignedOutElsewhere } from '../signed-out-elsewhere.js';
import { Directories, type DirectoryConnectionAt } from './directories.js';

/**
 * Asks directories, once an hour, for those who are signed in by them: whoever is not there any more, or switched off, is out here. A directory
 * that does not answer says nothing.
 */
@Injectable()
export class DirectoryRounds {
  constructor(
    private readonly book: ConnectionBook,
    private readonly links: IdentityLinks,
    private readonly directories: Directories,
    private readonly signedOut: SignedOutElsewhere,
  ) {}

  async run(): Promise<void> {
    for (const connection of (await this.book.all()).filter((one) => one.kind === 'directory' && isOn(one))) {
      const links = await this.links.signedInBy(connection.id);
      if (links.length === 0) continue;
      const subjects = links.map(({ subject }) => subject);
      const gone = await this.directories
        .gone(connection as DirectoryConnectionAt, subjects)
        .catch((error: unknown) => {
          if (!(error instanceof SignOnRefused)) throw error;
          return [];
        });
      const out = new Set(gone);
      for (const { subject, personId } of links) if (out.has(subject)) await this.signedOut.endAll(personId);
    }
  }
}
