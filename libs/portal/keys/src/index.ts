export { apiSettings } from './api-settings.js';
export { KeyCreated, KeyRevoked, KeyRotated } from './key.events.js';
export { type KeyDraft, Keys } from './keys.js';
export { KeyWarnings } from './jobs/key-warnings.js';
export { KeysModule } from './keys.module.js';
