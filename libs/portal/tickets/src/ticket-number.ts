/** `7` → `TKT-007`. */
export const ticketNumber = (number: number): string => `TKT-${String(number).padStart(3, '0')}`;

/** `TKT-007`, `tkt-7` → 7; null for anything else. At most fifteen digits, which PostgreSQL's bigint holds. */
export function parseTicketNumber(text: string): number | null {
  const match = /^tkt-0*([1-9]\d{0,14})$/i.exec(text);
  return match ? Number(match[1]) : null;
}
