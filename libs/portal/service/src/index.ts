export { type Clock, CLOCK_KINDS, type ClockKind, clocksOf, type Fact, type Targets } from './sla/clocks.js';
