import { Global, Module } from '@nestjs/common';
import { Guesses } from './guesses.js';
import { Limits } from './limits.js';
import { Tokens } from './tokens.js';

@Global()
@Module({ providers: [Guesses, Limits, Tokens], exports: [Guesses, Limits, Tokens] })
export class CredentialsModule {}
