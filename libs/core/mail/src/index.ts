export { MailDeliveryModule } from './delivery.module.js';
export { headerText, isMailbox, nameAlone } from './headers.js';
export { Mail, type MailStatus } from './mail.entity.js';
export { MailQueued } from './mail.events.js';
export { MailModule } from './mail.module.js';
export { MailRules, type StillMeant } from './mail-rules.js';
export { Mailer, newMessageId, type MailDraft } from './mailer.js';
