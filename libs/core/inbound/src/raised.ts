const DIGITS: Record<string, string> = { '-': '⁻', '−': '⁻', '+': '⁺', '(': '⁽', ')': '⁾' };

/** Digits of a power stay up: 10² is not 102. */
export const raised = (text: string): string =>
  /^[\d+\-−()]+$/.test(text.trim())
    ? text.replace(/[\d+\-−()]/g, (one) => DIGITS[one] ?? '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(one)]!)
    : text;
