export type { About, Addressee, Letter, Notice, NoticeClass, Occasion, Reader } from './notice.js';
export { type FindPeople, Notices, type Wants } from './notices.js';
export { NotifyModule } from './notify.module.js';
