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

/**
 * Somebody who is signed in opened a page, or sent a form, that their role does not include. It is asked before any record is
 * looked at, so that the answer tells nothing of one.
 */
export class RightNeeded extends Error {
  constructor(readonly side: 'own' | 'team' = 'own') {
    super('A right is needed');
  }
}

/** The operator lets nobody of this audience in from where they are. */
export class AddressRefused extends Error {
  constructor(readonly address: string | null) {
    super('Not from this address');
  }
}

/** The operator has switched this section off. */
export class SectionOff extends Error {
  constructor(readonly feature: string) {
    super(`${feature} is switched off`);
  }
}

/** We have suspended the whole portal. */
export class PortalSuspended extends Error {
  constructor(readonly business: string) {
    super('The portal is suspended');
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
 * (`//evil`, `/\evil`, `/.//evil`, control characters) becomes the fallback (ASVS 3.7.2).
 */
export function safeReturn(path: unknown, fallback: string): string {
  if (typeof path !== 'string' || !/^\/(?![/\\])[^\\\u0000-\u001f]*$/.test(path) || /^[^?#]*\/\//.test(path))
    return fallback;
  return path;
}
