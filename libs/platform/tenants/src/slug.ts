import { z } from 'zod';
import { field } from '@foyer/web';

/** Names that the platform's own hosts use, now or probably one day, and those that mean something to machines. */
const RESERVED = new Set(
  'abuse admin administrator api app assets auth billing blog broadcasthost cdn config console constructor dashboard default demo dev docs example false files ftp foyer help hostmaster imap internal isatap local localdomain localhost login mail mailbox me mx nan new ns ns1 ns2 null platform pop postmaster prototype proto root secure security signup smtp staff static status support system tenant test tostring true undefined valueof webhooks webmaster wpad www'.split(
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

/** What whoever opens a portal is asked, on the site or by staff. */
export const newTenantFields = {
  business: field.name(80),
  slug,
  name: field.name(100),
  email: field.email,
  blueprint: z
    .string()
    .max(40)
    .transform((value) => value || null),
};
