/** Why a bank refused. */
export interface Refusal {
  code: string;
  decline_code?: string;
  message: string;
}

const refusals = {
  generic: { code: 'card_declined', decline_code: 'generic_decline', message: 'Your card was declined.' },
  funds: { code: 'card_declined', decline_code: 'insufficient_funds', message: 'Your card has insufficient funds.' },
  lost: { code: 'card_declined', decline_code: 'lost_card', message: 'Your card was declined.' },
  stolen: { code: 'card_declined', decline_code: 'stolen_card', message: 'Your card was declined.' },
  expired: { code: 'expired_card', decline_code: 'expired_card', message: 'Your card has expired.' },
  cvc: { code: 'incorrect_cvc', decline_code: 'incorrect_cvc', message: "Your card's security code is incorrect." },
  processing: {
    code: 'processing_error',
    decline_code: 'processing_error',
    message: 'An error occurred while processing your card. Try again in a little bit.',
  },
} satisfies Record<string, Refusal>;

export const authenticationRequired: Refusal = {
  code: 'authentication_required',
  decline_code: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

export const refusalNamed = (name: string): Refusal =>
  refusals[name as keyof typeof refusals] ??
  Object.values(refusals).find(({ code, decline_code }) => code === name || decline_code === name) ??
  refusals.generic;

interface TestCard {
  /** What happens when it is saved. */
  saved?: Refusal;
  /** What happens when it is charged. */
  charged?: Refusal;
  /** When its holder must confirm: the first time only, or each time. */
  authenticates?: 'first' | 'always';
}

/** https://docs.stripe.com/testing; every other number with a right check digit is accepted. */
const TEST_CARDS: Record<string, TestCard> = {
  '4000000000000002': { saved: refusals.generic, charged: refusals.generic },
  '4000000000009995': { saved: refusals.funds, charged: refusals.funds },
  '4000000000009987': { saved: refusals.lost, charged: refusals.lost },
  '4000000000009979': { saved: refusals.stolen, charged: refusals.stolen },
  '4000000000000069': { saved: refusals.expired, charged: refusals.expired },
  '4000000000000127': { saved: refusals.cvc, charged: refusals.cvc },
  '4000000000000119': { saved: refusals.processing, charged: refusals.processing },
  '4000000000000341': { charged: refusals.generic },
  '4000002500003155': { authenticates: 'first' },
  '4000000000003220': { authenticates: 'always' },
  '4000002760003184': { authenticates: 'always' },
};

/** Payment methods and tokens that exist without a form. */
export const NAMED_CARDS: Record<string, string> = {
  visa: '4242424242424242',
  mastercard: '5555555555554444',
  amex: '378282246310005',
  chargeDeclined: '4000000000000002',
  visa_chargeDeclined: '4000000000000002',
  visa_chargeDeclinedInsufficientFunds: '4000000000009995',
  chargeCustomerFail: '4000000000000341',
  chargeDeclinedExpiredCard: '4000000000000069',
  authenticationRequiredOnSetup: '4000002500003155',
  authenticationRequired: '4000002760003184',
  threeDSecure2Required: '4000000000003220',
};

export type Verdict = { kind: 'accepted' } | { kind: 'authenticate' } | { kind: 'refused'; refusal: Refusal };

/** What the bank says. `known`: it has accepted the card before; `confirmed`: the holder has just authenticated. */
export function verdict(
  number: string,
  use: 'save' | 'charge',
  { known, confirmed }: { known: boolean; confirmed: boolean },
): Verdict {
  const card = TEST_CARDS[number] ?? {};
  const refusal = use === 'save' ? card.saved : card.charged;
  if (refusal) return { kind: 'refused', refusal };
  const asks = card.authenticates === 'always' || (card.authenticates === 'first' && !known);
  return asks && !confirmed ? { kind: 'authenticate' } : { kind: 'accepted' };
}

export function brandOf(number: string): string {
  if (/^4/.test(number)) return 'visa';
  if (/^(5[1-5]|2[2-7])/.test(number)) return 'mastercard';
  if (/^3[47]/.test(number)) return 'amex';
  if (/^6(011|5)/.test(number)) return 'discover';
  return 'unknown';
}

/** The check digit (ISO/IEC 7812-1). */
function hasRightCheckDigit(number: string): boolean {
  const sum = [...number].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

export interface TypedCard {
  number: string;
  expMonth: number;
  expYear: number;
  cvc: string;
}

export type CardFault = { field: 'number' | 'expiry' | 'cvc'; code: string; message: string };

/** What is wrong with a card before any bank is asked. */
export function cardFaults(card: TypedCard, now: number): CardFault[] {
  const faults: CardFault[] = [];
  if (!/^\d{12,19}$/.test(card.number))
    faults.push({ field: 'number', code: 'incomplete_number', message: 'Your card number is incomplete.' });
  else if (!hasRightCheckDigit(card.number))
    faults.push({ field: 'number', code: 'incorrect_number', message: 'Your card number is incorrect.' });
  const today = new Date(now * 1_000);
  const year = card.expYear < 100 ? 2_000 + card.expYear : card.expYear;
  if (!(card.expMonth >= 1 && card.expMonth <= 12) || Number.isNaN(year))
    faults.push({ field: 'expiry', code: 'invalid_expiry_month', message: "Your card's expiration date is invalid." });
  else if (year * 12 + card.expMonth < today.getUTCFullYear() * 12 + today.getUTCMonth() + 1)
    faults.push({
      field: 'expiry',
      code: 'invalid_expiry_year',
      message: "Your card's expiration date is in the past.",
    });
  else if (year > today.getUTCFullYear() + 50)
    faults.push({ field: 'expiry', code: 'invalid_expiry_year', message: "Your card's expiration year is invalid." });
  if (!new RegExp(brandOf(card.number) === 'amex' ? '^\\d{4}$' : '^\\d{3}$').test(card.cvc))
    faults.push({ field: 'cvc', code: 'invalid_cvc', message: "Your card's security code is invalid." });
  return faults;
}
