import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HttpCode, Inject, Post, Req } from '@nestjs/common';
import { NotFound } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { type Limit, Limits } from '@foyer/credentials';
import { Ask, type Asked, type FoyerRequest, MachineController } from '@foyer/web';
import { Arrivals, asFile } from '../arrivals.js';
import { postedMail } from './posted-mail.js';
import { WebhookAddress } from './webhook-address.js';

const POSTS: Limit = { name: 'mail-in-webhook', points: 600, seconds: 60 };
const onHook = { params: { token: String } };

/** Mails that a mail service posts. The address is the secret; without it there is nothing here. */
@MachineController('inbound')
export class WebhookController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly address: WebhookAddress,
    private readonly arrivals: Arrivals,
    private readonly limits: Limits,
  ) {}

  @Post(':token')
  @HttpCode(200)
  async post(@Ask(onHook) { token }: Asked<typeof onHook>, @Req() req: FoyerRequest): Promise<{ kept: boolean }> {
    if (!(await this.address.isValid(token))) throw new NotFound();
    await this.limits.count(POSTS, 'webhook');
    const { raw, recipient, sender } = await postedMail(req, this.config.inbound.limitBytes);
    const folder = join(this.config.dataDir, 'uploads');
    await mkdir(folder, { recursive: true });
    const kept = await asFile(folder, raw, (path) =>
      this.arrivals.keep({ path, way: 'webhook', recipient, envelopeFrom: sender }),
    );
    return { kept };
  }
}
