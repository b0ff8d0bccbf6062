import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { unseal } from '@foyer/credentials';
import { ForbiddenAddress, isPublic, Outbound } from '@foyer/outbound';
import type { Claims } from '../claims.js';
import type { Connection } from '../connection-book.js';
import { connectionSeal } from '../connections.js';
import { SignOnRefused } from '../refused.js';
import type { DirectoryConnection } from './directory-connections.js';
import {
  ATTRIBUTES,
  claimsOf,
  type DirectoryEntry,
  disabledBy,
  guidOfText,
  isAttributeName,
  NAMED,
  subjectOf,
} from './directory-entry.js';
import { anything, filterFor, filterOfKnown } from './directory-filter.js';
import { groupsOf } from './directory-groups.js';
import { DirectoryTalk } from './directory-talk.js';
import { parseDn } from './distinguished-names.js';

export type DirectoryConnectionAt = Connection & DirectoryConnection;
/** Whose password is judged; `subject` is null where nobody is found, or more than one. */
export type Judge = (subject: string | null, prove: () => Promise<boolean>) => Promise<boolean>;

const DEADLINE_MS = 12_000;
/** Of a round in which a directory is asked for everybody. */
const ROUND_MS = 120_000;
const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Asks directories who somebody is, whether the password is theirs, and who is still there. */
@Injectable()
export class Directories {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly outbound: Outbound,
  ) {}

  /**
   * Whose name and password that is. Nobody of that name, a wrong password, an account that is switched off: the steps are the same, and so is
   * the answer; only whoever looks after the connection is told which it was.
   * @throws SignOnRefused
   */
  async claims(connection: DirectoryConnectionAt, name: string, password: string, judge: Judge): Promise<Claims> {
    if (password === '') throw new SignOnRefused('credentials', 'empty');
    return this.talking(connection, DEADLINE_MS, async (talk, asService) => {
      const filter = filterFor(connection, name);
      const found = await talk.search(connection.baseDn, { filter, most: 2, attributes: asked(connection) });
      const entry = found.length === 1 ? found[0]! : null;
      let said: true | string = 'password';
      const isTheirs = await judge(entry && subjectOf(entry), async () => {
        said = await talk.bind(entry?.dn ?? `cn=${randomUUID()},${connection.baseDn}`, password);
        return entry !== null && said === true && disabledBy(entry) === null;
      });
      if (!entry) throw new SignOnRefused('credentials', found.length === 0 ? 'name' : 'several');
      if (!isTheirs) throw new SignOnRefused('credentials', disabledBy(entry) ?? String(said));
      await asService();
      return claimsOf(connection, entry, await this.groups(talk, connection, entry));
    });
  }

  /**
   * Of those that are known by these subjects, the ones who are in the directory no more, or switched off there.
   * @throws SignOnRefused where it cannot be told: then nobody is
   */
  async gone(connection: DirectoryConnectionAt, subjects: readonly string[]): Promise<string[]> {
    return this.talking(connection, ROUND_MS, async (talk) => {
      const gone: string[] = [];
      for (const subject of subjects) {
        const found = await this.known(talk, connection, subject);
        if (!found || disabledBy(found)) gone.push(subject);
      }
      // A service account that is shown nothing any more says nothing of anybody.
      const base = { filter: anything(), scope: 'base' as const, most: 1, attributes: ['1.1'] };
      if (gone.length > 0 && (await talk.search(connection.baseDn, base)).length === 0)
        throw new SignOnRefused('answer', 'base');
      return gone;
    });
  }

  private async known(talk: DirectoryTalk, connection: DirectoryConnectionAt, subject: string) {
    const { product, baseDn } = connection;
    const attributes = asked(connection);
    const isGuid = product === 'active-directory' && GUID.test(subject);
    const isDn = !isGuid && subject.includes('=') && parseDn(subject) !== null;
    const filter = isGuid
      ? filterOfKnown(connection, ['objectGUID'], guidOfText(subject))
      : isDn
        ? filterOfKnown(connection, [], '')
        : filterOfKnown(connection, ['entryUUID', 'nsUniqueId'], subject);
    const searching = { filter, most: 2, attributes, scope: isDn ? ('base' as const) : ('sub' as const) };
    const found = await talk.search(isDn ? subject : baseDn, searching);
    return found[0] ?? null;
  }

  private groups(talk: DirectoryTalk, connection: DirectoryConnectionAt, entry: DirectoryEntry): Promise<string[]> {
    const { groupsAttribute } = connection;
    const isUsual = groupsAttribute === '' || groupsAttribute.toLowerCase() === 'memberof';
    return isUsual
      ? groupsOf(talk, connection, entry)
      : Promise.resolve(entry.attributes[groupsAttribute.toLowerCase()] ?? []);
  }

  /** Signed in there as the service account. */
  private async talking<T>(
    connection: DirectoryConnectionAt,
    deadlineMs: number,
    work: (talk: DirectoryTalk, asService: () => Promise<void>) => Promise<T>,
  ): Promise<T> {
    const password = unseal(this.config.secretKey, connectionSeal(), connection.bindPassword);
    if (password === null) throw new SignOnRefused('answer', 'secret');
    let talk: DirectoryTalk | null = null;
    let timer: NodeJS.Timeout;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new SignOnRefused('unreachable', 'timeout')), deadlineMs);
    });
    const talked = async (): Promise<T> => {
      const address = await this.addressOf(connection);
      talk = new DirectoryTalk(connection, address);
      await talk.begin();
      const asService = async () => {
        const bound = await talk!.bind(connection.bindDn, password);
        if (bound !== true) throw new SignOnRefused('answer', 'service account');
      };
      await asService();
      return work(talk, asService);
    };
    try {
      const talking = talked();
      talking.catch(() => undefined);
      return await Promise.race([talking, late]);
    } finally {
      clearTimeout(timer!);
      (talk as DirectoryTalk | null)?.end();
    }
  }

  /** @throws SignOnRefused */
  private async addressOf({ host, security }: DirectoryConnectionAt): Promise<string> {
    const address = await this.outbound.addressOf(host).catch((error: unknown) => {
      throw new SignOnRefused('unreachable', error instanceof ForbiddenAddress ? 'private address' : 'host');
    });
    // What the operator has chosen in words holds for a network of their own, and never for everybody's.
    if (security === 'plain' && isPublic(address)) throw new SignOnRefused('unreachable', 'unencrypted');
    return address;
  }
}

/** An attribute that a connection names is asked for as well. */
const asked = (connection: DirectoryConnectionAt): string[] => [
  ...ATTRIBUTES,
  ...NAMED.map((name) => connection[name]).filter(isAttributeName),
];
