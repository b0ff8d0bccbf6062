import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { sign, signatureMatches } from '@foyer/credentials';
import { Settings } from '@foyer/settings';
import { currentTenant } from '@foyer/tenancy';
import { mailSettings } from '../mail-settings.js';

/** The secret address to which a mail service posts mails. It is made from the key, so no table holds it. */
@Injectable()
export class WebhookAddress {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly settings: Settings,
  ) {}

  async current(): Promise<string> {
    return `${currentTenant().origin}/inbound/${await this.token()}`;
  }

  async isValid(token: string): Promise<boolean> {
    return signatureMatches(await this.token(), token);
  }

  /** A new one; whoever has the old one gets nothing in any more. */
  async renew(actor: Actor): Promise<void> {
    const { webhook } = await this.settings.get(mailSettings);
    await this.settings.change(actor, mailSettings, { webhook: webhook + 1 });
  }

  private async token(): Promise<string> {
    const { webhook } = await this.settings.get(mailSettings);
    return sign(this.config.secretKey, 'inbound-webhook', `${currentTenant().id} ${webhook}`);
  }
}
