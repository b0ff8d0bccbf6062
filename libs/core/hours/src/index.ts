export type { BusinessHours, Holiday, Opening } from './business-hours.js';
export { ALWAYS, isOpen, nextOpening } from './business-hours.js';
export { addBusinessTime, businessTimeBetween } from './business-time.js';
