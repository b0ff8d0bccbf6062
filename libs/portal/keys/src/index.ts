export { apiSettings } from './api-settings.js';
export { KeyCreated, KeyRevoked, KeyRotated } from './key.events.js';
export { KeyCallers, type KeyShown } from './key-callers.js';
export { type KeyDraft, KeyRing, type KeyRow, LIFETIMES, MOST_OVERLAP_DAYS } from './key-ring.js';
export { Keys } from './keys.js';
export { KeyWarnings } from './jobs/key-warnings.js';
export { KeysModule } from './keys.module.js';
