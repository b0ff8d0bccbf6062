import type { ServerResponse } from 'node:http';
import type { Account } from '../account.js';
import { type CardFault, cardFaults, type TypedCard } from '../cards.js';
import type { Address } from '../form.js';
import type { PaymentMethod } from '../objects.js';
import type { SandboxState } from '../sandbox-state.js';
import { countries } from './views.js';

export type Fields = Record<string, string>;
export type Errors = Record<string, string>;

/** Somebody on a page: what they asked for and, if they sent a form, what they typed. */
export interface Visit {
  sandbox: SandboxState;
  response: ServerResponse;
  /** Null when somebody only looks. */
  fields: Fields | null;
  query: URLSearchParams;
  /** The address of the page, without its query. */
  path: string;
}

/** A page's own styles, and nothing from elsewhere. Its forms lead on to wherever somebody came from. */
const POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

export function show({ response }: Visit, html: string, status = 200): void {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  });
  response.end(html);
}

export function lead({ response }: Visit, to: string): void {
  response.writeHead(303, { Location: to, 'Cache-Control': 'no-store' }).end();
}

const FIELD_OF: Record<CardFault['field'], string> = { number: 'cardNumber', expiry: 'cardExpiry', cvc: 'cardCvc' };

/** The card that somebody typed, or what is wrong with it, by its field. */
export function typedCard(
  account: Account,
  fields: Fields,
  customer: string | null,
): { card: TypedCard; errors: Errors } {
  const [month = '', year = ''] = (fields['cardExpiry'] ?? '').split('/').map((part) => part.trim());
  const card: TypedCard = {
    number: (fields['cardNumber'] ?? '').replace(/[\s-]/g, ''),
    expMonth: /^\d{1,2}$/.test(month) ? Number(month) : NaN,
    expYear: /^(\d{2}|\d{4})$/.test(year) ? Number(year) : NaN,
    cvc: (fields['cardCvc'] ?? '').trim(),
  };
  const faults = cardFaults(card, account.now(customer));
  return { card, errors: Object.fromEntries(faults.reverse().map(({ field, message }) => [FIELD_OF[field], message])) };
}

/** The address that somebody typed, or what is missing. */
export function typedAddress(fields: Fields): { address: Address; errors: Errors } {
  const part = (name: string) => (fields[name] ?? '').trim() || null;
  const address: Address = {
    ...{ line1: part('billingAddressLine1'), line2: null, city: part('billingLocality'), state: null },
    ...{ postal_code: part('billingPostalCode'), country: part('billingCountry') },
  };
  const errors: Errors = {};
  if (!address.line1) errors['billingAddressLine1'] = 'Enter the address.';
  if (!address.city) errors['billingLocality'] = 'Enter the city.';
  if (!address.postal_code) errors['billingPostalCode'] = 'Enter the postal code.';
  if (!countries.some(({ code }) => code === address.country)) errors['billingCountry'] = 'Choose a country.';
  return { address, errors };
}

export const isEmail = (text: string): boolean => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text);

export const shownMethod = ({ id, card }: PaymentMethod) => ({
  ...{ id, last4: card.last4, expiry: `${String(card.exp_month).padStart(2, '0')}/${card.exp_year}` },
  brand:
    { visa: 'Visa', mastercard: 'Mastercard', amex: 'American Express', discover: 'Discover' }[card.brand] ?? 'Card',
});
