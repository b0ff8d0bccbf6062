import { domainToASCII, domainToUnicode } from 'node:url';

/** What ends a host in an address of a page: the URL standard would silently leave the rest out. */
const NO_DOMAIN = /[/?#\\:@\s]/;
const LABEL = '[a-z\\d](?:[a-z\\d-]*[a-z\\d])?';
const DOMAIN = new RegExp(`^(?=.{4,253}$)(?:${LABEL}\\.)+${LABEL}$`);

/** A domain of any script as the DNS has it (RFC 5891), and as it was typed when it is none. */
export function domainInDns(typed: string): string {
  const domain = typed.toLowerCase();
  return /^\p{ASCII}*$/u.test(domain) || NO_DOMAIN.test(domain) ? domain : domainToASCII(domain) || domain;
}

/** The same of what stands behind the `@` of an address. */
export const addressInDns = (address: string): string => address.replace(/(?<=@)[^@]+$/, domainInDns);

/** Whether the DNS can have it: two labels at least. */
export const isDomain = (domain: string): boolean => DOMAIN.test(domain);

/** As people write it: `xn--mnchen-3ya.example` is `münchen.example`, unless that would be read back as another one. */
export function domainAsWritten(domain: string): string {
  const written = domainToUnicode(domain);
  return written !== '' && domainToASCII(written) === domain ? written : domain;
}

/** The same of an address, or of a domain that stands alone. */
export const addressAsWritten = (address: string): string => address.replace(/[^@]+$/, domainAsWritten);
