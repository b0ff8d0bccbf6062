export { CredentialsModule } from './credentials.module.js';
export { type Limit, Limits } from './limits.js';
export { hashPassword, MAX_LENGTH, MIN_LENGTH, passwordMatches, passwordProblem } from './passwords.js';
export { hashSecret, newSecret, sign, signatureMatches } from './secrets.js';
export { seal, unseal } from './sealed.js';
export { Session } from './session.entity.js';
export { type Device, SESSION_LIMITS, type SessionRow, Sessions } from './sessions.js';
export { Token } from './token.entity.js';
export { type TokenGrant, Tokens } from './tokens.js';
