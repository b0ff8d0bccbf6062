import { Module } from '@nestjs/common';
import { Composer } from './composer.js';
import { Delivery } from './delivery.js';
import { Outlet } from './outlet.js';

/** Sending them: the worker. */
@Module({ providers: [Composer, Delivery, Outlet] })
export class MailDeliveryModule {}
