export { type Bounds, Confined, Overloaded, Overrun } from './confined.js';
export { serve } from './serve.js';
