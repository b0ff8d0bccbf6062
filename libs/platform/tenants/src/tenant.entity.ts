import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Conflict, InvalidField } from '@foyer/access';
import type { Allowance } from '@foyer/plans';
import { isOperating, type TenantStatus } from '@foyer/tenancy';
import { type Bill, standing } from './standing.js';

/** Nothing that anybody has to be told. */
const FINE: readonly string[] = ['trial', 'paying', 'free'];

const DAY_MS = 86_400_000;

/** A business that hosts a portal, as the platform knows it. Everything that is its own lives in its schema. */
@Entity({ schema: 'platform', tableName: 'tenant' })
export class TenantRecord {
  @PrimaryKey({ type: 'uuid' }) id!: string;
  @Property({ type: 'text' }) slug!: string;
  @Property({ type: 'text' }) name!: string;
  @Property({ type: 'text' }) schemaName!: string;
  @Property({ type: 'text' }) status!: TenantStatus;
  @Property({ type: 'text', nullable: true }) statusReason: string | null = null;
  @Property({ type: 'timestamptz' }) statusChangedAt!: Date;
  @Property({ type: 'text' }) plan!: string;
  @Property({ type: 'text' }) blueprint!: string;
  @Property({ type: 'text' }) cluster!: string;
  @Property({ type: 'text' }) ownerEmail!: string;
  @Property({ type: 'timestamptz', nullable: true }) trialEndsAt: Date | null = null;
  @Property({ type: 'text', nullable: true }) heldReason: string | null = null;
  @Property({ type: 'json', nullable: true }) bill: Bill | null = null;
  @Property({ type: 'json' }) allowance: Allowance = {};
  @Property({ type: 'int' }) schemaVersion!: number;
  @Property({ type: 'text', nullable: true }) migrationError: string | null = null;
  @Property({ type: 'timestamptz' }) createdAt!: Date;

  /** Stops everything at once; nothing is lost, and no payment takes it back. */
  suspend(reason: string, sold: boolean): void {
    if (!isOperating(this)) throw new Conflict('tenants.cannot-suspend');
    this.heldReason = reason;
    this.settle(sold);
  }

  resume(sold: boolean): void {
    if (this.heldReason === null) throw new Conflict('tenants.not-suspended');
    this.heldReason = null;
    this.settle(sold);
  }

  /** By staff, and not what it pays for: that is changed where it is paid. */
  changePlan(plan: string): void {
    if (plan === this.plan) throw new InvalidField('plan', 'tenants.same-plan');
    this.plan = plan;
  }

  /** From its end on, or from now on where it is over already; what was restricted by that goes on. */
  extendTrial(days: number): void {
    if (!this.trialEndsAt || !['trialing', 'restricted'].includes(this.status)) throw new Conflict('tenants.no-trial');
    this.trialEndsAt = new Date(Math.max(this.trialEndsAt.getTime(), Date.now()) + days * DAY_MS);
  }

  /** Puts it into the state that follows from what is so. Where nothing is sold, no trial ends. @returns whether that is news */
  settle(sold: boolean, now = new Date()): boolean {
    if (this.status === 'provisioning' || this.status === 'closed') return false;
    const { status, reason } = standing(
      sold ? this : { ...this, bill: null, trialEndsAt: this.trialEndsAt && new Date(8.64e15) },
      now,
    );
    const why = this.heldReason ?? (FINE.includes(reason) ? null : reason);
    if (this.status === status && this.statusReason === why) return false;
    if (this.status !== status) this.statusChangedAt = now;
    this.status = status;
    this.statusReason = why;
    return true;
  }
}
