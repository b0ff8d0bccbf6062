/** What SCIM calls kinds of faults (RFC 7644, 3.12). */
export type ScimType =
  | 'invalidFilter'
  | 'invalidPath'
  | 'invalidSyntax'
  | 'invalidValue'
  | 'mutability'
  | 'noTarget'
  | 'tooMany'
  | 'uniqueness';

/** What a directory is told, in words for those who look after it. */
export class ScimFault extends Error {
  constructor(
    readonly status: number,
    readonly scimType: ScimType | null,
    readonly detail: string,
  ) {
    super(detail);
  }
}
export const invalid = (detail: string): ScimFault => new ScimFault(400, 'invalidValue', detail);
