import { Global, Module } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { Entitlements } from './entitlements.js';
import { Frozen } from './frozen.js';
import { Usage } from './usage.js';

registerMessages('entitlements', new URL('../locales', import.meta.url));

@Global()
@Module({ providers: [Entitlements, Frozen, Usage], exports: [Entitlements, Frozen, Usage] })
export class EntitlementsModule {}
