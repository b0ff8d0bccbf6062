const locale = document.documentElement.dataset['formats'] || document.documentElement.lang || 'en';

export function localeNumber(value: number): string {
  return value.toLocaleString(locale);
}

export function localeSize(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  const index = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: units[index]!,
    unitDisplay: index === 0 ? 'long' : 'short',
    maximumFractionDigits: 1,
  }).format(bytes / 1024 ** index);
}
