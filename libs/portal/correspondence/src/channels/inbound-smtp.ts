import { join } from 'node:path';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { type Delivered, openSmtpListener, type SmtpListener, type Welcome } from '@foyer/inbound';
import { inTenant, isOperating, type Tenant, TenantDirectory } from '@foyer/tenancy';
import { ReplyAddresses } from '@foyer/tickets';
import { Arrivals } from '../arrivals.js';

/** Mails by SMTP: for tenants that are there, and acknowledged only when they are kept. */
@Injectable()
export class InboundSmtp implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = new Logger('Inbound');
  private listener: SmtpListener | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly directory: TenantDirectory,
    private readonly addresses: ReplyAddresses,
    private readonly arrivals: Arrivals,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { smtpPort: port, tls, domain, limitBytes } = this.config.inbound;
    if (port === undefined) return;
    try {
      this.listener = await openSmtpListener({
        ...{ port, tls, name: domain, maxBytes: limitBytes, folder: join(this.config.dataDir, 'uploads') },
        // A developer's machine takes mails from itself alone.
        host: this.config.env === 'production' ? undefined : '127.0.0.1',
        welcome: (address) => this.welcome(address),
        deliver: (mail) => this.deliver(mail),
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      this.log.warn(`Port ${port} is taken, by another worker perhaps: this one takes no mails in`);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.listener?.close();
  }

  private async welcome(address: string): Promise<Welcome> {
    const tenant = await this.tenantOf(address);
    if (!tenant || tenant.status === 'closed' || tenant.status === 'provisioning') return 'unknown';
    return isOperating(tenant) ? 'yes' : 'later';
  }

  private async deliver({ path, from, to, peer, helo }: Delivered): Promise<void> {
    const tenants = new Map<Tenant, string>();
    for (const address of to) {
      const tenant = await this.tenantOf(address);
      if (!tenant || !isOperating(tenant)) throw new Error('A recipient is not there any more');
      const known = [...tenants.keys()].find(({ id }) => id === tenant.id);
      // Of several addresses of one tenant, the one that names a ticket says more.
      if (!known || this.addresses.partsOf(address)?.token) tenants.set(known ?? tenant, address);
    }
    for (const [tenant, recipient] of tenants) {
      const arrival = {
        path,
        way: 'smtp' as const,
        recipient: recipient.toLowerCase(),
        envelopeFrom: from,
        peer,
        helo,
      };
      await inTenant(tenant, () => this.arrivals.keep(arrival));
    }
  }

  private async tenantOf(address: string): Promise<Tenant | null> {
    const parts = this.addresses.partsOf(address);
    return parts && this.directory.byHost(`${parts.slug}.${this.config.baseUrl.hostname}`);
  }
}
