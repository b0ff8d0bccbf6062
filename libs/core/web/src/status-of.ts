import { HttpException } from '@nestjs/common';
import { Conflict, DomainError, InvalidField, NotFound, Refused, TooMany } from '@foyer/access';
import { DatabaseUnreachable } from '@foyer/database';
import { AddressRefused, PortalClosed, RightNeeded, SectionOff, SignInNeeded, UploadFailed } from './web-errors.js';

/** What an error is in HTTP; what nobody knows is our own fault. */
export function statusOf(error: unknown): number {
  if (error instanceof NotFound || error instanceof SectionOff) return 404;
  if (error instanceof SignInNeeded) return 401;
  if (error instanceof Refused || error instanceof RightNeeded || error instanceof AddressRefused) return 403;
  if (error instanceof Conflict) return 409;
  if (error instanceof InvalidField) return 422;
  if (error instanceof TooMany) return 429;
  if (error instanceof DomainError) return 422;
  if (error instanceof PortalClosed || error instanceof DatabaseUnreachable || error instanceof UploadFailed)
    return 503;
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof URIError) return 400;
  const { status } = error as { status?: unknown };
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
