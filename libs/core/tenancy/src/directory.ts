import type { Tenant } from './tenant.js';

/** Who is hosted here. The platform implements it; core code that must find a tenant (the edge, the worker) depends on this. */
export abstract class TenantDirectory {
  /** The tenant served on a host name without port, whatever its state; null for a host nobody has. */
  abstract byHost(host: string): Promise<Tenant | null>;
  abstract bySchema(schema: string): Promise<Tenant | null>;
}
