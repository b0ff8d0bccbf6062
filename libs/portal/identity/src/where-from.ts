import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Bowser from 'bowser';
import { Reader, type Response } from 'mmdb-lib';
import type { Device } from '@foyer/credentials';
import type { Visit } from '@foyer/web';

/** Which country an address is registered in, as the five registries say (CC0); it comes with us, so that nobody is asked. */
const COUNTRIES = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';
let countries: Reader<Response> | undefined;

/** By its two letters; null for what is nobody's, such as an address within a network. */
export function countryOf(ip: string): string | null {
  // Eight megabytes, for whoever looks at such a page.
  countries ??= new Reader(readFileSync(createRequire(import.meta.url).resolve(COUNTRIES)));
  try {
    const found = countries.get(ip) as unknown as { country_code?: string } | null;
    return found?.country_code ?? null;
  } catch {
    return null;
  }
}

/** A device in words: "Firefox on Windows". */
export function deviceIn(userAgent: string | null, visit: Pick<Visit, 't'>): { device: string; phone: boolean } {
  const { browser, os, platform } = userAgent ? Bowser.parse(userAgent) : { browser: {}, os: {}, platform: {} };
  const phone = ['mobile', 'tablet'].includes((platform as { type?: string }).type ?? '');
  const [name, system] = [browser, os].map((one) => (one as { name?: string }).name);
  if (!name || !system) return { device: visit.t('identity.account.unknown-device'), phone };
  return { device: visit.t('identity.account.device', { browser: name, system }), phone };
}

/** The same browser on the same system, in the same country: its version and address change all the time. */
export const isAlike = (one: Device, other: Device): boolean =>
  kindOf(one.userAgent) === kindOf(other.userAgent) && countryIn(one.ip) === countryIn(other.ip);

function kindOf(userAgent: string | null): string {
  const { browser, os } = userAgent ? Bowser.parse(userAgent) : { browser: {}, os: {} };
  const [name, system] = [browser, os].map((one) => (one as { name?: string }).name);
  return name && system ? `${name} ${system}` : (userAgent ?? '');
}

const countryIn = (ip: string | null): string | null => ip && countryOf(ip);

/** An address with its country, in the reader's language: "Germany, 203.0.113.7". */
export function placeIn(
  ip: string | null,
  { locale }: Pick<Visit, 'locale'>,
): { address: string | null; country: string | null } {
  const code = ip && countryOf(ip);
  return { address: ip, country: code ? (new Intl.DisplayNames(locale, { type: 'region' }).of(code) ?? code) : null };
}
