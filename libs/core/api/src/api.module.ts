import { Global, Module } from '@nestjs/common';
import { Api } from './api.js';
import { ApiController } from './api.controller.js';
import { Callers } from './callers.js';
import { Cursors } from './cursors.js';
import { OnceOnly } from './once-only.js';

@Global()
@Module({ controllers: [ApiController], providers: [Api, Callers, Cursors, OnceOnly], exports: [Api, Callers] })
export class ApiModule {}
