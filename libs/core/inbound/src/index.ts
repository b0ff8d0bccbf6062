export type { Address } from './addresses.js';
export { type Automatic, isUnread } from './automatic.js';
export type { Bounce } from './bounce.js';
export type { Invite } from './calendar.js';
export type { MailAttachment } from './mail-content.js';
export { readMessageIds } from './message-ids.js';
export { type Circumstances, type InboundMail, parseMail } from './parse-mail.js';
export { parseHead, readMail } from './read-mail.js';
export { shownLine } from './shown-line.js';
export { authenticationOf } from './authenticate-mail.js';
export type { Arrival, Authentication } from './authentication.js';
export {
  type Delivered,
  openSmtpListener,
  type SmtpListener,
  type SmtpListenerOptions,
  type Welcome,
} from './smtp-listener.js';
export { fetchMails, type ImapAccount, type TakeMail } from './imap-mailbox.js';
