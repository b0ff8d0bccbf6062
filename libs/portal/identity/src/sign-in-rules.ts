import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Actor, InvalidField } from '@foyer/access';
import { isWithin, MIN_LENGTH, parseAddressList } from '@foyer/credentials';
import { type Sql, sql } from '@foyer/database';
import { declareSection, Settings } from '@foyer/settings';
import { Slot, Slots } from '@foyer/slots';
import type { PortalActor } from './portal-actor.js';

export const AUDIENCES = ['team', 'customers'] as const;
export type Audience = (typeof AUDIENCES)[number];
/** Beside links that prove a mailbox, such as an invitation. */
export const METHODS = ['password', 'email-link', 'passkey', 'connection'] as const;
export type Method = (typeof METHODS)[number];
/** In hours without a request, and in days whatever happens. */
export const IDLE_HOURS = { least: 1, most: 720 } as const;
export const ABSOLUTE_DAYS = { least: 1, most: 90 } as const;
/** Of the shortest password that may be chosen, in characters. */
export const PASSWORD_LENGTH = { least: MIN_LENGTH, most: 64 } as const;

const audience = (idleHours: number, absoluteDays: number) =>
  z
    .object({
      methods: z.array(z.enum(METHODS)).min(1).default(['password', 'passkey', 'connection']),
      idleHours: z.number().int().min(IDLE_HOURS.least).max(IDLE_HOURS.most).default(idleHours),
      absoluteDays: z.number().int().min(ABSOLUTE_DAYS.least).max(ABSOLUTE_DAYS.most).default(absoluteDays),
    })
    .prefault({});

/** Who can be bound to addresses: whoever signs in, and programs by their keys. */
export const FROM = [...AUDIENCES, 'api'] as const;
export type From = (typeof FROM)[number];

const isCanonical = (line: string): boolean => {
  try {
    return parseAddressList([line], '')[0] === line;
  } catch {
    return false;
  }
};
/** Empty: from anywhere. */
const addresses = z.array(z.string().max(200).refine(isCanonical)).max(50).default([]);

export const signInSettings = declareSection(
  'sign-in',
  z.object({
    team: audience(24, 14),
    customers: audience(72, 30),
    addresses: z.object({ team: addresses, customers: addresses, api: addresses }).prefault({}),
    passwordLength: z
      .number()
      .int()
      .min(PASSWORD_LENGTH.least)
      .max(PASSWORD_LENGTH.most)
      .default(PASSWORD_LENGTH.least),
  }),
);
export type AudienceRules = { methods: Method[]; idleHours: number; absoluteDays: number };

export const audienceOf = (teamRole: string | null): Audience => (teamRole === null ? 'customers' : 'team');

/** Whether an audience has a connection to come by: whoever knows of connections says so. */
export const usableConnections = new Slot<(audience: Audience) => Promise<boolean>>('identity.usable-connections');

/** How each audience may sign in, and how long a session lasts. From memory. */
@Injectable()
export class SignInRules {
  constructor(
    private readonly settings: Settings,
    private readonly slots: Slots,
  ) {}

  async for(audience: Audience): Promise<AudienceRules> {
    return (await this.settings.get(signInSettings))[audience];
  }

  /** Whether the pages where this audience signs in offer it. */
  async isOffered(audience: Audience, method: Method): Promise<boolean> {
    return (await this.for(audience)).methods.includes(method);
  }

  /** Whether this one may come by it. An owner's password always opens: somebody must be able to set right what is set up wrong. */
  async mayUse({ teamRole }: { teamRole: string | null }, method: Method): Promise<boolean> {
    if (teamRole === 'owner' && method === 'password') return true;
    return this.isOffered(audienceOf(teamRole), method);
  }

  /** Sessions `s` of people `p` that count. */
  async live(): Promise<Sql> {
    const { team, customers } = await this.settings.get(signInSettings);
    const of = (one: number, other: number) =>
      sql`case when p.team_role is null then ${other}::int else ${one}::int end`;
    return sql`s.expires_at > now() and p.status = 'active'
      and s.last_seen_at > now() - ${of(team.idleHours, customers.idleHours)} * interval '1 hour'
      and s.created_at > now() - ${of(team.absoluteDays, customers.absoluteDays)} * interval '1 day'`;
  }

  /** For a session that begins. */
  async lifetimeMs(teamRole: string | null): Promise<number> {
    return (await this.for(audienceOf(teamRole))).absoluteDays * 86_400_000;
  }

  async idleMs(teamRole: string | null): Promise<number> {
    return (await this.for(audienceOf(teamRole))).idleHours * 3_600_000;
  }

  /** After that nobody's session counts. */
  async longestIdleMs(): Promise<number> {
    const all = await Promise.all(AUDIENCES.map((one) => this.for(one)));
    return Math.max(...all.map(({ idleHours }) => idleHours)) * 3_600_000;
  }

  /** Whether they may ask from there, at any request. */
  async isOpenTo(who: From, address: string | null): Promise<boolean> {
    return isWithin(address, (await this.addresses())[who]);
  }

  /** What a password that is chosen from now on must have; those that are there go on. */
  async passwordLength(): Promise<number> {
    return (await this.settings.get(signInSettings)).passwordLength;
  }

  async addresses(): Promise<Record<From, string[]>> {
    return (await this.settings.get(signInSettings)).addresses;
  }

  /** For an operator whose team cannot come in from where it is. */
  async openToAll(): Promise<void> {
    await this.settings.apply(signInSettings, { addresses: { team: [], customers: [], api: [] } });
  }

  /**
   * @param addresses lines as somebody types them
   * @param here where whoever changes them asks from
   * @throws InvalidField where an audience would have no way in, or the one who saves would be shut out
   */
  async change(
    actor: Pick<PortalActor, 'teamRole'> & Actor,
    {
      addresses: typed,
      ...rules
    }: Record<Audience, AudienceRules> & {
      addresses: Record<From, string[]>;
      passwordLength: number;
    },
    here: string | null,
    version?: string,
  ): Promise<void> {
    for (const one of AUDIENCES)
      if (rules[one].methods.length === 0) throw new InvalidField(`${one}-methods`, 'identity.sign-in-rules.none');
    // By nothing but a connection that is not there, nobody comes in.
    for (const one of AUDIENCES)
      if (rules[one].methods.every((method) => method === 'connection') && !(await this.hasConnection(one)))
        throw new InvalidField(`${one}-methods`, 'identity.sign-in-rules.no-connection');
    const [team, customers, api] = FROM.map((who) => parseAddressList(typed[who], `${who}-addresses`)) as [
      string[],
      string[],
      string[],
    ];
    const addresses = { team, customers, api };
    // Else whoever may change settings could shut the owners out (decision 0035).
    const was = await this.settings.get(signInSettings);
    const ofTeam = (one: typeof was) => JSON.stringify([one.team, one.addresses.team]);
    if (actor.teamRole !== 'owner' && ofTeam(was) !== ofTeam({ ...was, ...rules, addresses }))
      throw new InvalidField('team-methods', 'identity.sign-in-rules.owners-only');
    if (!isWithin(here, team))
      throw new InvalidField('team-addresses', 'identity.sign-in-rules.not-here', { address: here ?? '–' });
    await this.settings.change(actor, signInSettings, { ...rules, addresses }, version);
  }
  private async hasConnection(audience: Audience): Promise<boolean> {
    for (const isReady of this.slots.of(usableConnections)) if (await isReady(audience)) return true;
    return false;
  }
}
