export { ForbiddenAddress, isPublic } from './addresses.js';
export { type Answered, type Asking, Outbound, OutboundFailed } from './outbound.js';
export { OutboundModule } from './outbound.module.js';
export { TextRecords } from './text-records.js';
