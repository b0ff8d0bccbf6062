export { Arrivals } from './arrivals.js';
export { MailboxDue, MailReceived } from './correspondence.events.js';
export { CorrespondenceModule, MailListeningModule } from './correspondence.module.js';
export { type InboundStatus, type Way } from './inbound-mail.js';
export { mailboxes, mailSettings } from './mail-settings.js';
