import { Slot, type Slots } from '@foyer/slots';

/** What was sent in answer to what is set up here, as whoever keeps it knows: tickets. */
export interface SentRequests {
  /** How many are under a status of the operator's own. */
  ofStatus(statusId: string): Promise<number>;
  /** How many a group has that are not done. */
  undoneOf(groupId: string): Promise<number>;
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
  ofStatus: () => Promise.resolve(0),
  undoneOf: () => Promise.resolve(0),
  byCategory: () => Promise.resolve(new Map()),
  refile: () => Promise.resolve(),
  answering: () => Promise.resolve(0),
  answers: () => Promise.resolve(new Map()),
};

export const sent = (slots: Slots): SentRequests => slots.of(sentRequests)[0] ?? NOTHING;
