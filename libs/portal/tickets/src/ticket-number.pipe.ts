import type { PipeTransform } from '@nestjs/common';
import { NotFound } from '@foyer/access';
import { parseTicketNumber } from './ticket-number.js';

/** `:number` of an address; what is no ticket number leads nowhere. */
export class TicketNumber implements PipeTransform<string, number> {
  transform(text: string): number {
    const number = parseTicketNumber(text);
    if (number === null) throw new NotFound();
    return number;
  }
}
