import { formatters, translate } from '@foyer/i18n';
import type { Limit, UsageOfLimit } from '@foyer/entitlements';

export function amountOf(locale: string, limit: Limit, value: number): string {
  const format = formatters(locale);
  if (value === Infinity) return translate(locale, 'plan.unlimited');
  return limit === 'storage' ? format.fileSize(value) : format.number(value);
}

/** As pages show it: how much of how much, and how full that is. */
export function usageView(locale: string, { limit, used, most, isMetered }: UsageOfLimit) {
  const share = most === Infinity ? 0 : most === 0 ? 100 : Math.round((used / most) * 100);
  const over = used > most;
  return {
    limit,
    label: translate(locale, `plan.limit.${limit}`),
    used: amountOf(locale, limit, used),
    most: amountOf(locale, limit, most),
    share: Math.min(100, share),
    tone: over && !isMetered ? 'bad' : share >= 90 ? 'warn' : 'good',
    counted: most !== Infinity,
    note: isMetered && over ? translate(locale, 'plan.metered-over', { count: used - most }) : null,
  };
}
