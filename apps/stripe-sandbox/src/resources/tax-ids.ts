import type { Account } from '../account.js';
import { newId } from '../collection.js';
import { invalid } from '../errors.js';
import type { Customer, TaxId } from '../objects.js';

const EU: Record<string, RegExp> = {
  ...{ AT: /^U\d{8}$/, BE: /^[01]\d{9}$/, BG: /^\d{9,10}$/, CY: /^\d{8}[A-Z]$/, CZ: /^\d{8,10}$/, DE: /^\d{9}$/ },
  ...{ DK: /^\d{8}$/, EE: /^\d{9}$/, EL: /^\d{9}$/, ES: /^[A-Z0-9]\d{7}[A-Z0-9]$/, FI: /^\d{8}$/ },
  ...{ FR: /^[A-Z0-9]{2}\d{9}$/, HR: /^\d{11}$/, HU: /^\d{8}$/, IE: /^\d[A-Z0-9+*]\d{5}[A-Z]{1,2}$/, IT: /^\d{11}$/ },
  ...{ LT: /^(\d{9}|\d{12})$/, LU: /^\d{8}$/, LV: /^\d{11}$/, MT: /^\d{8}$/, NL: /^\d{9}B\d{2}$/, PL: /^\d{10}$/ },
  ...{ PT: /^\d{9}$/, RO: /^\d{2,10}$/, SE: /^\d{12}$/, SI: /^\d{8}$/, SK: /^\d{10}$/, XI: /^\d{9}$/ },
};

/** The forms of tax ids, and the country each belongs to, where its type says so. */
const FORMS: Record<string, { country: string | null; form: RegExp }> = {
  ae_trn: { country: 'AE', form: /^\d{15}$/ },
  au_abn: { country: 'AU', form: /^\d{11}$/ },
  ca_bn: { country: 'CA', form: /^\d{9}$/ },
  ch_vat: { country: 'CH', form: /^CHE-?(\d{9}|\d{3}\.\d{3}\.\d{3}) ?(MWST|TVA|IVA)$/ },
  gb_vat: { country: 'GB', form: /^(GB)?(\d{9}|\d{12}|GD\d{3}|HA\d{3})$/ },
  no_vat: { country: 'NO', form: /^\d{9}MVA$/ },
  nz_gst: { country: 'NZ', form: /^\d{8,9}$/ },
  sa_vat: { country: 'SA', form: /^\d{15}$/ },
  us_ein: { country: 'US', form: /^\d{2}-?\d{7}$/ },
};

/** The types that the hosted pages offer, with an example of each. */
export const TAX_ID_TYPES: [type: string, label: string][] = [
  ['eu_vat', 'EU VAT number (DE123456789)'],
  ['gb_vat', 'UK VAT number (GB123456789)'],
  ['ch_vat', 'Swiss VAT number (CHE-123.456.789 MWST)'],
  ['us_ein', 'US EIN (12-3456789)'],
  ['ae_trn', 'UAE TRN (123456789012345)'],
  ['sa_vat', 'Saudi VAT number (123456789012345)'],
  ['au_abn', 'Australian ABN (12345678912)'],
  ['ca_bn', 'Canadian BN (123456789)'],
  ['no_vat', 'Norwegian VAT number (123456789MVA)'],
  ['nz_gst', 'New Zealand GST number (123456789)'],
];

/** The country of a tax id; undefined where it has not the form of its type. */
function countryOf(type: string, value: string): string | null | undefined {
  if (type === 'eu_vat') {
    const country = value.slice(0, 2);
    return EU[country]?.test(value.slice(2)) ? (country === 'EL' ? 'GR' : country) : undefined;
  }
  const known = FORMS[type];
  if (known) return known.form.test(value) ? known.country : undefined;
  // A type of another country: Stripe checks its form, the sandbox only that there is something.
  return /^[a-z]{2}_[a-z]{2,}$/.test(type) && /^[\w .+*/&-]{4,30}$/.test(value)
    ? type.slice(0, 2).toUpperCase()
    : undefined;
}

/** Whether a tax id has the form of its type. */
export const hasTaxIdForm = (type: string, value: string): boolean => countryOf(type, value) !== undefined;

export function newTaxId(account: Account, customer: Customer, type: string, value: string, param: string): TaxId {
  const country = countryOf(type, value);
  if (country === undefined) throw invalid(`Invalid value for ${type}.`, param, 'tax_id_invalid');
  const taxId: TaxId = {
    ...{ id: newId('txi'), object: 'tax_id', country, created: account.now(customer.id), customer: customer.id },
    ...{ customer_account: null, livemode: false, type, value },
    owner: { customer: customer.id, customer_account: null, type: 'customer' },
    // There is no register to ask.
    verification: { status: 'pending', verified_address: null, verified_name: null },
  };
  account.taxIds.add(taxId);
  account.emit('customer.tax_id.created', taxId);
  return taxId;
}

export function deleteTaxId(account: Account, taxId: TaxId): void {
  account.taxIds.delete(taxId.id);
  account.emit('customer.tax_id.deleted', taxId);
}
