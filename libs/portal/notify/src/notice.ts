import type { MailDraft } from '@foyer/mail';

/** Ids of what a notice is about, kept with its mail: by them its rule tells later who may still know. */
export type About = Record<string, string>;

/**
 * What may keep a mail back. `mandatory`: nothing, it is about somebody's way in or the safety of their account. `service`: what people are
 * in the middle of; their wishes. `optional`: nobody has asked for it; their wishes, and it says how to end it.
 */
export type NoticeClass = 'mandatory' | 'service' | 'optional';

/** Whom a mail is for. */
export interface Reader {
  /** Null for an address behind which nobody has to be. */
  id: string | null;
  name: string;
  /** Where it goes. */
  address: string;
  /** The person's own address, which may have changed since. */
  email: string | null;
  /** One that the portal speaks. */
  locale: string;
  team: boolean;
  /** Whether they have shown that the address is theirs. */
  confirmed: boolean;
}

/** A person, by default at their own address and under their name; or an address alone. */
export type Addressee =
  string | { id: string; address?: string; name?: string } | { address: string; name: string; locale: string | null };

/** What one reader gets: what the template shows, and where the mail stands in a conversation. */
export type Letter = Pick<MailDraft, 'data' | 'thread' | 'replyTo' | 'unsubscribe'> & {
  /** Where it is not to say the reader's name. */
  name?: string;
};

/** A kind of mail, declared by the module that owns it. */
export interface Notice<Ids extends About, Facts> {
  /** `tickets.replied`: begins the key of each mail, and is its name in what people choose. */
  name: string;
  /** One template, one notice. */
  template: string;
  class: NoticeClass;
  /** Whoever did it is told as well. */
  alsoDoer?: boolean;
  /** What there is one mail for; a person unless something else is said. */
  one?: 'person' | 'address' | 'occasion';
  /** It may go to another address than the person's own, which `mayKnow` judges. */
  elsewhere?: boolean;
  /** Not even the time it takes may show what is known of an address: `mayKnow` is asked by the worker alone. */
  discreet?: boolean;
  /** Which of them may know of it: asked when it is written, and again before each attempt to send it. Nothing else need check it. */
  mayKnow(readers: Reader[], about: Ids): Promise<Reader[]>;
  /** Null: there is nothing to tell this reader. */
  letter(reader: Reader, facts: Facts, key: string): Letter | null | Promise<Letter | null>;
}

/** What happened, and whom it could concern. */
export interface Occasion<Facts> {
  /** Of what happened, not of the attempt to tell it: one occasion, one mail a reader. */
  id: string;
  /** Who did it. */
  by?: string | null;
  /** Who comes first counts, where one is named twice. */
  to: Addressee[];
  facts: Facts;
}
