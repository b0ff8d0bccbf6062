import { Slot, type Slots } from '@foyer/slots';

/** How many there are, and the address of the list that has them. */
export interface Held {
  count: number;
  href: string;
}

/** What was sent in answer to what is set up here, as whoever keeps it knows: tickets. */
export interface SentRequests {
  /** Under a status of the operator's own. */
  ofStatus(statusId: string): Promise<Held>;
  /** What a group has that is not done. */
  undoneOf(groupId: string): Promise<Held>;
  byCategory(): Promise<ReadonlyMap<string, number>>;
  /** Files what is under a category under another, or under none. */
  refile(categoryId: string, to: string | null): Promise<void>;
  /** How many answer this field. */
  answering(fieldId: string): Promise<number>;
  /** How many gave each answer to it. */
  answers(fieldId: string): Promise<ReadonlyMap<string, number>>;
}
export const sentRequests = new Slot<SentRequests>('requests.sent');

const NOTHING: SentRequests = {
  ofStatus: () => Promise.resolve({ count: 0, href: '' }),
  undoneOf: () => Promise.resolve({ count: 0, href: '' }),
  byCategory: () => Promise.resolve(new Map()),
  refile: () => Promise.resolve(),
  answering: () => Promise.resolve(0),
  answers: () => Promise.resolve(new Map()),
};

export const sent = (slots: Slots): SentRequests => slots.of(sentRequests)[0] ?? NOTHING;
