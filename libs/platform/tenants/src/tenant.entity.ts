import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Conflict } from '@foyer/access';
import { isOperating, type TenantStatus } from '@foyer/tenancy';

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
  @Property({ type: 'int' }) schemaVersion!: number;
  @Property({ type: 'text', nullable: true }) migrationError: string | null = null;
  @Property({ type: 'timestamptz' }) createdAt!: Date;

  /** Stops everything at once; nothing is lost. */
  suspend(reason: string): void {
    if (!isOperating(this)) throw new Conflict('tenants.cannot-suspend');
    this.become('suspended', reason);
  }

  resume(): void {
    if (this.status !== 'suspended') throw new Conflict('tenants.not-suspended');
    this.become(this.trialEndsAt && this.trialEndsAt > new Date() ? 'trialing' : 'active', null);
  }

  private become(status: TenantStatus, reason: string | null): void {
    this.status = status;
    this.statusReason = reason;
    this.statusChangedAt = new Date();
  }
}
