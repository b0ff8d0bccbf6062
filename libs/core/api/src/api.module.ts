import { Global, Module } from '@nestjs/common';
import { Api } from './api.js';
import { ApiController } from './api.controller.js';
import { Callers } from './callers.js';
import { OnceOnly } from './once-only.js';

@Global()
@Module({ controllers: [ApiController], providers: [Api, Callers, OnceOnly], exports: [Api, Callers] })
export class ApiModule {}
