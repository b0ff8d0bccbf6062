import { Injectable } from '@nestjs/common';
import { InvalidField } from '@foyer/access';
import type { ResourceInput } from '@foyer/settings';
import type { FormState, Upload, Visit } from '@foyer/web';
import { type Connection, isForTeam } from './connection-book.js';
import { isSetUp } from './connections.js';
import { GroupRows } from './group-rows.js';
import { addressesOf, attemptsPathOf } from './paths.js';

/** Controls that the page places by itself. */
export const PLACED = [
  ...['emailAttribute', 'nameAttribute', 'groupsAttribute', 'trustsAddresses', 'makesAccounts', 'groupsRule'],
  ...['countsAsSecondFactor', 'enforced', 'keeperId', 'enabled', 'blocked'],
];

type Shown = (visit: Visit, connection: Connection) => Promise<object | null>;
/** Fills in what a file says. @throws InvalidField at its control */
type FromFile = (upload: Upload, control: string) => Promise<ResourceInput>;
/** The control for a file, where a kind takes one. */
const FILE = 'metadataFile';

/** What the page of a connection has beside the controls of its fields: the groups with their roles, and what its provider asks for. */
@Injectable()
export class ConnectionForm {
  private readonly shown = new Map<string, Shown>();
  private readonly files = new Map<string, FromFile>();

  constructor(readonly rows: GroupRows) {}

  /** What the page of one kind shows beside. */
  show(kind: string, more: Shown): void {
    this.shown.set(kind, more);
  }

  /** The page of one kind takes a file as well. */
  takeFile(kind: string, from: FromFile): void {
    this.files.set(kind, from);
  }

  /** What was typed, with what a file that came with it says. @throws InvalidField */
  async withFile(visit: Visit, kind: string, input: ResourceInput): Promise<ResourceInput> {
    const [upload, another] = visit.uploads.filter(({ field }) => field === FILE);
    const from = this.files.get(kind);
    if (!upload || !from) return input;
    if (another) throw new InvalidField(FILE, 'signon.saml.metadata-form');
    return { ...input, ...(await from(upload, FILE)) };
  }

  /** A browser sends a file once: with a form that is shown again it has to be chosen again. */
  sayAgain(visit: Visit, form: FormState<unknown>): void {
    if (form.failed && visit.uploads.some(({ field }) => field === FILE)) form.fail(FILE, 'signon.saml.file-again');
  }

  /** Of an item that is there: new ones have no address yet, and no groups. */
  async view(visit: Visit, form: FormState<unknown>, connection: Connection | null) {
    const isReady = connection !== null && isSetUp(connection.kind, connection);
    const hasRoles = isReady && (connection.companyId !== null || isForTeam(connection));
    const { groups, groupFields } = await this.rows.view(visit, form, hasRoles ? connection.companyId : undefined);
    const file =
      connection && this.files.has(connection.kind) ? { name: FILE, label: visit.t('signon.saml.file') } : null;
    return {
      groups,
      // For the summary of what is wrong.
      groupFields: [...(file ? [file] : []), ...groupFields],
      ...{ hasRoles, isReady, ofCompany: connection !== null && connection.companyId !== null },
      file,
      addresses: connection && addressesOf(connection).map(([label, address]) => ({ label: visit.t(label), address })),
      certificates: (connection && (await this.shown.get(connection.kind)?.(visit, connection))) ?? null,
      tryHref: connection && `/sign-in/with/${connection.id}?trial=1`,
      attemptsHref: connection && attemptsPathOf(visit.actor, connection),
    };
  }
}
