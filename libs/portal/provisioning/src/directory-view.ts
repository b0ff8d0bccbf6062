import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type KeyRow, LIFETIMES, MOST_OVERLAP_DAYS } from '@foyer/keys';
import { ConnectionRights } from '@foyer/signon';
import type { PortalActor } from '@foyer/identity';
import { field, type FormState, showMade, type Visit } from '@foyer/web';
import type { Directory } from './directories.js';
import { RequestLog } from './request-log.js';
import { baseUrl } from './resources.js';
import { Rows } from './rows.js';
import { type TokenDraft, Tokens } from './tokens.js';

const DAY_MS = 86_400_000;
/** How long before its end a token is pointed out. */
const SOON_DAYS = 30;

/** Not called as the directory's own controls are: both forms stand on one page. */
export const tokenForm = z
  .object({
    label: field.text(80),
    days: z.coerce.number().int('web.form.choice').default(365),
    addresses: field.words(2000).default(''),
  })
  .transform(({ label, days, addresses }): TokenDraft => ({
    ...{ name: label, days },
    addresses: addresses
      .split(/[\n,;]/)
      .map((line) => line.trim())
      .filter(Boolean),
  }));
/** Long enough to change it at the provider. */
export const OVERLAP_DAYS = MOST_OVERLAP_DAYS;

/** What the page of a directory shows beside its settings, on either side: its tokens, what came, and how it is connected. */
@Injectable()
export class DirectoryView {
  constructor(
    private readonly tokens: Tokens,
    private readonly rows: Rows,
    private readonly requests: RequestLog,
    private readonly rights: ConnectionRights,
  ) {}

  async of(visit: Visit, actor: PortalActor, directory: Directory, path: string, form?: FormState<unknown>) {
    const requests = await this.requests.of(directory.id);
    return {
      path,
      baseUrl: baseUrl(),
      mayManage: await this.rights.may(actor, directory),
      counts: await this.rows.counts(directory.id),
      groupNames: await this.rows.groupNames(directory.id),
      tokens: (await this.tokens.of(directory)).map((token) => tokenView(visit, token, path)),
      tokenForm: form ?? visit.form({ days: '365' }),
      lifetimes: LIFETIMES.map((days) => ({
        value: String(days),
        label: visit.t('keys.field.lifetime', { count: days }),
      })),
      overlapDays: OVERLAP_DAYS,
      requests: requests.map(({ id, at, method, path: asked, status, scimType, detail, keyName }) => ({
        ...{ id, at, method, asked, detail, keyName },
        outcome: scimType ? `${status} ${scimType}` : String(status),
        tone: status < 400 ? 'good' : status < 500 ? 'warn' : 'bad',
      })),
    };
  }

  /** The only page that ever shows it. */
  shown(side: 'team' | 'customer', directory: Directory, key: string, back: string) {
    return showMade(`provisioning/${side}/shown`, { secret: key, name: directory.name, baseUrl: baseUrl(), back });
  }
}

function tokenView(visit: Visit, { id, name, addresses, createdBy, lastUsedAt, ...token }: KeyRow, path: string) {
  const left = new Date(token.expiresAt).getTime() - Date.now();
  const state = token.revokedAt ? 'revoked' : left <= 0 ? 'expired' : left < SOON_DAYS * DAY_MS ? 'soon' : 'active';
  return {
    ...{ id, name, addresses, createdBy, lastUsedAt, expiresAt: token.expiresAt, formerUntil: token.formerUntil },
    action: `${path}/tokens/${id}`,
    counts: state === 'active' || state === 'soon',
    state: {
      label: visit.t(`keys.state.${state}`),
      tone: { revoked: null, expired: 'bad', soon: 'warn', active: 'good' }[state],
    },
  };
}
