import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Dispatcher } from './dispatcher.js';
import { FailedJobs } from './failed-jobs.js';
import { Outbox } from './outbox.js';
import { Queues } from './queue.js';
import { Relay } from './relay.js';
import { Schedules } from './schedules.js';
import { Signals } from './signals.js';
import { Subscribers } from './subscribers.js';

@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [Signals, Outbox, Queues, Relay, Subscribers, Schedules, Dispatcher, FailedJobs],
  exports: [Signals, Outbox, Queues, Relay, Subscribers, Schedules, Dispatcher, FailedJobs],
})
export class EventsModule {}
