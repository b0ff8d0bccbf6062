/** The sides of the product; which one a request is for is decided by its host, and on a portal's by whether it asks for `/api`. */
export type Face = 'site' | 'admin' | 'portal' | 'api';
