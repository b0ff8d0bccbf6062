/** Why a file is not taken; `code` names a message under `files.refused.`. */
export class Unacceptable extends Error {
  constructor(
    readonly code: string,
    readonly values: Record<string, string | number> = {},
  ) {
    super(code);
  }
}
