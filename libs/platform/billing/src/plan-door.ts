import { Inject, Injectable } from '@nestjs/common';
import { type Actor, abilityOf } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { sign, signatureMatches } from '@foyer/credentials';
import type { Tenant } from '@foyer/tenancy';
import { Directory } from '@foyer/tenants';
import { platformOrigin } from '@foyer/web';

/** Whoever comes this way may choose a plan and pay, and nothing else: it shows and changes nothing of the portal. */
export const PAYER: Actor = {
  ...{ kind: 'job', id: null, name: 'plan' },
  ability: abilityOf(({ can }) => can('manage', 'Settings')),
};

/**
 * The way to the plan of a portal that is closed, since nobody signs in there: an address of the platform's that was mailed to
 * those who set the portal up. It is made from the key, so no table holds it.
 */
@Injectable()
export class PlanDoor {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly directory: Directory,
  ) {}

  address({ id }: Pick<Tenant, 'id'>): string {
    return `${platformOrigin(this.config)}/plan/${id}.${this.signature(id)}`;
  }

  /** Null: the address was made by nobody here. */
  async tenant(token: string): Promise<Tenant | null> {
    const [id = '', signature = ''] = token.split('.');
    if (!UUID.test(id) || !signatureMatches(this.signature(id), signature)) return null;
    return this.directory.bySchema(`t_${id.replaceAll('-', '')}`);
  }

  private signature(id: string): string {
    return sign(this.config.secretKey, 'plan door', id);
  }
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
