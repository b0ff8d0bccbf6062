export type { Letter } from './letter.js';
export { type Mailbox, openMailbox } from './mailbox.js';
