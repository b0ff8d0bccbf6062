import { Global, Module } from '@nestjs/common';
import { Outbound } from './outbound.js';
import { TextRecords } from './text-records.js';

@Global()
@Module({ providers: [Outbound, TextRecords], exports: [Outbound, TextRecords] })
export class OutboundModule {}
