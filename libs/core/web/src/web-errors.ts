import { isSafe } from './csrf.js';
import type { FoyerRequest } from './request.js';

/** A guest knocked at a door for people who have signed in. */
export class SignInNeeded extends Error {
  readonly location: string;

  constructor(signIn: string, { method, foyer: { url } }: FoyerRequest) {
    super('Sign-in needed');
    this.location = isSafe(method) && url !== '/' ? `${signIn}?return_to=${encodeURIComponent(url)}` : signIn;
  }
}

/** A member of the team opened a page of their own console that their role does not include. To anybody else it is not there. */
export class RightNeeded extends Error {
  constructor() {
    super('A right is needed');
  }
}

/** Our own disk did not take what somebody sent: it is full, or not there. */
export class UploadFailed extends Error {
  constructor(cause: Error) {
    super(`An upload could not be kept: ${cause.message}`, { cause });
  }
}

/** The operator has closed the portal for now. */
export class PortalClosed extends Error {
  constructor(readonly status: 'maintenance' | 'disabled') {
    super(`The portal is ${status}`);
  }
}

/**
 * Where to go after signing in. Only a path of this very host; anything a browser could read as another host
 * (`//evil`, `/\evil`, control characters) becomes the fallback (ASVS 3.7.2).
 */
export function safeReturn(path: unknown, fallback: string): string {
  if (typeof path !== 'string' || !/^\/(?![/\\])[^\\\u0000-\u001f]*$/.test(path)) return fallback;
  return path;
}
