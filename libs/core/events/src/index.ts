export { Dispatcher } from './dispatcher.js';
export { type EventClass, eventName, EventName } from './domain-event.js';
export { EventsModule } from './events.module.js';
export { Outbox } from './outbox.js';
export { type EventJob, type JobQueue, Queues } from './queue.js';
export { Relay } from './relay.js';
export { type OnSignal, Signals } from './signals.js';
export { Every, OnEvent, Subscribers } from './subscribers.js';
export { migrateQueue } from './queue-tables.js';
