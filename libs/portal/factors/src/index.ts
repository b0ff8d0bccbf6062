export { FactorAdded, FactorRemoved, RecoveryCodesMade, RecoveryCodeUsed } from './factor.events.js';
export { factorNeeded } from './needed.js';
export { Factors, type HeldFactor } from './factors.js';
export { Resets } from './resets.js';
export { FactorsModule } from './factors.module.js';
