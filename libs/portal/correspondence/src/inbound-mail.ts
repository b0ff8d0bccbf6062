import type { Authentication } from '@foyer/inbound';

export const WAYS = ['smtp', 'imap', 'webhook'] as const;
export type Way = (typeof WAYS)[number];

/**
 * What became of a mail. `received` waits for the worker; `opened` a ticket, or `joined` one; `held` waits for the team to
 * decide; `refused` and `ignored` need nobody; `bounced` tells of a mail of ours.
 */
export const INBOUND_STATUSES = ['received', 'opened', 'joined', 'held', 'refused', 'ignored', 'bounced'] as const;
export type InboundStatus = (typeof INBOUND_STATUSES)[number];

export const REASONS = [
  ...[
    'no-sender',
    'authentication',
    'not-entitled',
    'not-theirs',
    'unknown-sender',
    'blocked',
    'too-many',
    'automatic',
  ],
  ...[
    'loop',
    'auto-reply',
    'deactivated',
    'too-large',
    'unreadable',
    'bounce',
    'delayed',
    'not-now',
    'receipt',
    'spam',
    'dismissed',
  ],
] as const;
export type Reason = (typeof REASONS)[number];

/** A row of `inbound_mail`, as the worker needs it. */
export interface InboundRow {
  id: string;
  messageId: string;
  way: Way;
  sender: string;
  recipient: string;
  status: InboundStatus;
  fileId: string | null;
  mailboxId: string | null;
  envelopeFrom: string;
  peer: string | null;
  helo: string | null;
  attempts: number;
  authentication: Authentication;
}

/** What was decided about a mail. */
export interface Outcome {
  status: InboundStatus;
  reason?: Reason | null;
  ticketId?: string | null;
  messageId?: string | null;
  senderId?: string | null;
  authentication?: Authentication;
}
