/** PostgreSQL cannot be asked at the moment. Nothing is known of what was under way but that it was not acknowledged. */
export class DatabaseUnreachable extends Error {
  constructor(cause: unknown) {
    super(`The database cannot be reached: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Codes of the operating system, and of PostgreSQL: connection exceptions (class 08), too many connections, and a server
 * that shuts down, has crashed or is starting (class 57; PostgreSQL, appendix A). Two that wait for each other, of which one was
 * rolled back (class 40), are told the same: nothing has happened, and it can be sent again.
 */
const CODES =
  /^(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08[0-9A-Z]{3}|53300|57P0[1-5]|40001|40P01)$/;
/** What `pg` says without a code. */
const WORDS =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/;

/** The error as what it means, when it or what caused it is a lost connection; otherwise the error itself. */
export function meaningOf(error: unknown): unknown {
  for (
    let each = error as Link, depth = 0;
    each && typeof each === 'object' && depth < 5;
    each = each.cause, depth += 1
  ) {
    if (each instanceof DatabaseUnreachable) return each;
    if (CODES.test(String(each.code)) || WORDS.test(String(each.message))) return new DatabaseUnreachable(error);
  }
  return error;
}

/** An error and what caused it, as far as it says. */
type Link = { code?: unknown; message?: unknown; cause?: Link } | undefined;
