/** The sides of the product; which one a request is for is decided by its host alone. */
export type Face = 'site' | 'admin' | 'portal';
