import { Global, Module } from '@nestjs/common';
import { MailRules } from './mail-rules.js';
import { Mailer } from './mailer.js';

/** Taking mails in: every process that runs verbs. */
@Global()
@Module({ providers: [Mailer, MailRules], exports: [Mailer, MailRules] })
export class MailModule {}
