import { Global, Module } from '@nestjs/common';
import { Limits } from './limits.js';
import { Tokens } from './tokens.js';

@Global()
@Module({ providers: [Limits, Tokens], exports: [Limits, Tokens] })
export class CredentialsModule {}
