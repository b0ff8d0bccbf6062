import { Global, Module } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { Entitlements } from './entitlements.js';

registerMessages('entitlements', new URL('../locales', import.meta.url));

@Global()
@Module({ providers: [Entitlements], exports: [Entitlements] })
export class EntitlementsModule {}
