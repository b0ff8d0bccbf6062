import { z } from 'zod';

/** Names that the platform's own hosts use, now or probably one day. */
const RESERVED = new Set(
  'admin api app assets auth billing blog cdn console dashboard demo dev docs files ftp help imap login mail mx ns ns1 ns2 platform pop root secure signup smtp staff static status support test webhooks www'.split(
    ' ',
  ),
);

/** The first label of a portal's host: letters, digits and single hyphens (RFC 1035, and no punycode look-alikes). */
export const slug = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9](?:[a-z0-9]|-(?!-))*[a-z0-9]$/, 'tenants.slug.form')
  .min(3, 'tenants.slug.form')
  .max(40, 'tenants.slug.form')
  .refine((value) => !RESERVED.has(value), 'tenants.slug.reserved');
