import { serve } from '@foyer/confined';
import { type InboundMail, parseMail } from './parse-mail.js';

export interface MailJob {
  raw: Uint8Array;
  envelopeFrom: string | undefined;
  /** The mail's Message-ID is one we gave. */
  isOurs: boolean;
}

serve(({ raw, envelopeFrom, isOurs }: MailJob): InboundMail => parseMail(raw, { envelopeFrom, isOurs: () => isOurs }));
