import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InvalidField } from '@foyer/access';
import {
  type Device,
  Guesses,
  hashPassword,
  MIN_LENGTH,
  passwordMatches,
  passwordProblem,
  Sessions,
} from '@foyer/credentials';
import { PlatformDatabase } from '@foyer/database';
import { StaffMember, type StaffRole } from './staff.entity.js';
import type { StaffActor } from './staff-principals.js';

/** The platform's staff: who they are, and signing in. */
@Injectable()
export class Staff {
  private readonly sessions: Sessions;

  constructor(
    private readonly platform: PlatformDatabase,
    private readonly guesses: Guesses,
  ) {
    this.sessions = new Sessions(platform);
  }

  /** @returns the session's secret. @throws InvalidField, TooMany */
  async signIn(email: string, password: string, device: Device, former: string | null): Promise<string> {
    const attempt = { door: 'staff' as const, account: email, ip: device.ip ?? 'unknown', known: false };
    const member = await this.guesses.judged(attempt, async () => {
      const found = await this.platform.read((em) => em.findOne(StaffMember, { email }));
      const matches = await passwordMatches(found?.passwordHash ?? null, password);
      return found && matches && found.status === 'active' ? found : null;
    });
    if (!member) throw new InvalidField('', 'staff.sign-in.wrong');
    return this.platform.write(async () => {
      if (former) await this.sessions.end(former);
      return this.sessions.start(member.id, device);
    });
  }

  async signOut(secret: string): Promise<void> {
    await this.sessions.end(secret);
  }

  async changePassword(actor: StaffActor, current: string, password: string): Promise<void> {
    const member = await this.platform.read((em) => em.findOneOrFail(StaffMember, { id: actor.id! }));
    if (!(await passwordMatches(member.passwordHash, current)))
      throw new InvalidField('current_password', 'identity.password.wrong');
    const problem = await passwordProblem(password, [member.email, member.name]);
    if (problem) throw new InvalidField('password', problem, { min: MIN_LENGTH });
    const passwordHash = await hashPassword(password);
    await this.platform.write(async (em) => {
      await em.nativeUpdate(StaffMember, { id: member.id }, { passwordHash });
      await this.sessions.endAll(member.id, actor.sessionId!);
    });
  }

  /** Makes an account; for the CLI and the first start. Without a password one is made up and returned, to be shown once. */
  async create({
    email,
    name,
    role,
    password,
  }: {
    email: string;
    name: string;
    role: StaffRole;
    password?: string;
  }): Promise<string> {
    const chosen = password ?? randomBytes(12).toString('base64url');
    const passwordHash = await hashPassword(chosen);
    await this.platform.write(async (em) => {
      if (await em.findOne(StaffMember, { email: email.toLowerCase() }))
        throw new InvalidField('email', 'staff.email.taken');
      em.persist(Object.assign(new StaffMember(), { email: email.toLowerCase(), name, role, passwordHash }));
      await em.flush();
    });
    return chosen;
  }

  async isEmpty(): Promise<boolean> {
    return (await this.platform.read((em) => em.count(StaffMember))) === 0;
  }
}
