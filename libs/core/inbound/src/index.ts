export type { Address } from './addresses.js';
export type { Automatic } from './automatic.js';
export type { Bounce } from './bounce.js';
export type { Invite } from './calendar.js';
export type { MailAttachment } from './mail-content.js';
export { readMessageIds } from './message-ids.js';
export { type InboundMail, parseMail } from './parse-mail.js';
