import { HttpCode, PayloadTooLargeException, Post, Req } from '@nestjs/common';
import { BadRequestException } from '@nestjs/common';
import { NotFound } from '@foyer/access';
import { Ask, type Asked, type FoyerRequest, SiteMachineController } from '@foyer/web';
import { Inbox } from './inbox.js';
import { StripeApi } from './stripe-api.js';

/** Stripe's largest events are some tens of kilobytes. */
const LARGEST = 1024 * 1024;

/** What Stripe posts. The signature over the body as it came is the secret. */
@SiteMachineController('webhooks/stripe')
export class StripeWebhookController {
  constructor(
    private readonly stripe: StripeApi,
    private readonly inbox: Inbox,
  ) {}

  @Post()
  @HttpCode(200)
  async post(@Ask() _: Asked, @Req() req: FoyerRequest): Promise<{ received: true }> {
    const signature = req.get('stripe-signature');
    if (!this.stripe.isOn) throw new NotFound();
    if (!signature) throw new BadRequestException('billing.signature');
    const event = await this.stripe.verified(await bodyOf(req), signature);
    if (!event) throw new BadRequestException('billing.signature');
    await this.inbox.keep(event);
    return { received: true };
  }
}

async function bodyOf(req: FoyerRequest): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of req as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LARGEST) throw new PayloadTooLargeException('web.error.too-large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
