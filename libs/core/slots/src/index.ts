export { type Piece, piecesOf } from './panels.js';
export { Slot, Slots } from './slots.js';
export { SlotsModule } from './slots.module.js';
