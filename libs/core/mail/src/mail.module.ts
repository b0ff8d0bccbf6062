import { Global, Module } from '@nestjs/common';
import { Mailer } from './mailer.js';

/** Taking mails in: every process that runs verbs. */
@Global()
@Module({ providers: [Mailer], exports: [Mailer] })
export class MailModule {}
