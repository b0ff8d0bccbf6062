import { Global, Module } from '@nestjs/common';
import { Slots } from './slots.js';

@Global()
@Module({ providers: [Slots], exports: [Slots] })
export class SlotsModule {}
