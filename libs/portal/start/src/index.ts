export { FirstHour } from './first-hour.js';
export { StartModule } from './start.module.js';
