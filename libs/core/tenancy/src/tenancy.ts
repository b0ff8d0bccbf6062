import { AsyncLocalStorage } from 'node:async_hooks';
import type { Tenant } from './tenant.js';

const storage = new AsyncLocalStorage<Tenant>();

/** Code that needs a tenant ran outside one. Always a programming error, never a user's. */
export class NoTenant extends Error {
  constructor() {
    super('This code runs only inside a tenant, and no tenant has been entered');
  }
}

/** A tenant was entered while another one was already entered. Always a programming error. */
export class TenantAlreadyEntered extends Error {
  constructor(current: Tenant, wanted: Tenant) {
    super(`Cannot enter tenant ${wanted.id} while inside tenant ${current.id}`);
  }
}

/**
 * Runs `fn`, and everything it awaits, inside `tenant`. Entering the same tenant again is harmless (its newer
 * description is used); entering another one throws, so that work can never slide from one tenant into the next.
 */
export function inTenant<T>(tenant: Tenant, fn: () => T): T {
  const current = storage.getStore();
  if (current && current.id !== tenant.id) throw new TenantAlreadyEntered(current, tenant);
  return storage.run(tenant, fn);
}

/** The tenant entered by `inTenant`. @throws NoTenant outside of one. */
export function currentTenant(): Tenant {
  const tenant = storage.getStore();
  if (!tenant) throw new NoTenant();
  return tenant;
}

/** The entered tenant, or null where both are right (logging, the platform's own pages). */
export function currentTenantOrNull(): Tenant | null {
  return storage.getStore() ?? null;
}
