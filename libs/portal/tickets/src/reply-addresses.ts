import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { sign, signatureMatches } from '@foyer/credentials';
import { currentTenant } from '@foyer/tenancy';

/** Which mail of ours somebody answers. */
export interface Conversation {
  ticketId: string;
  personId: string;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** A local part has at most 64 characters (RFC 5321, 4.5.3.1.1). */
const LOCAL_PART = 64;
const NUMBER_LENGTH = 7;
/** 130 bits where the tenant's name leaves room; the longest names leave 70. */
const SEAL = { most: 26, least: 14 };
const MESSAGE_ID = /^<t\.([0-9a-f]{32})\.([0-9a-f]{32})\.([0-9a-f]{32})\.([a-z2-7]{32})@[^\s<>@]+>$/;

/**
 * Addresses and Message-IDs that nobody can guess: each is made for one ticket and one person, and signed. Whoever answers
 * shows that they have seen the mail; what they may do is another question.
 */
@Injectable()
export class ReplyAddresses {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** Of the tenant: what is written to it becomes a new ticket. */
  inbox(): string {
    return `${currentTenant().slug}@${this.config.inbound.domain}`;
  }

  /** Of one ticket, for one person: answers to it join the ticket. */
  addressFor(number: number, personId: string): string {
    const { slug } = currentTenant();
    return `${slug}+r.${numberText(number)}${this.seal(number, personId).slice(0, room(slug))}@${this.config.inbound.domain}`;
  }

  /** The number in a reply address of this tenant's; what it is worth `isFor` tells. */
  numberIn(address: string): number | null {
    const { token } = this.partsOf(address) ?? {};
    return token ? textNumber(token.slice(0, NUMBER_LENGTH)) : null;
  }

  isFor(address: string, number: number, personId: string): boolean {
    const { token } = this.partsOf(address) ?? {};
    const given = token?.slice(NUMBER_LENGTH) ?? '';
    if (given.length < SEAL.least || textNumber(token!.slice(0, NUMBER_LENGTH)) !== number) return false;
    return signatureMatches(this.seal(number, personId).slice(0, given.length), given);
  }

  /** The slug before `+` and the token behind it; null for addresses of other domains. */
  partsOf(address: string): { slug: string; token: string | null } | null {
    const at = address.lastIndexOf('@');
    const [local, domain] = [address.slice(0, at).toLowerCase(), address.slice(at + 1).toLowerCase()];
    if (at < 1 || domain !== this.config.inbound.domain) return null;
    const [, slug, , token] = /^([a-z0-9-]+)(\+r\.([a-z2-7]{21,33}))?$/.exec(local) ?? [];
    return slug ? { slug, token: token ?? null } : null;
  }

  /** @param key names the mail, so that writing it again gives it the same id */
  messageIdFor({ ticketId, personId }: Conversation, key: string): string {
    const name = createHash('sha256').update(key).digest('hex').slice(0, 32);
    const [ticket, person] = [bare(ticketId), bare(personId)];
    const host = new URL(currentTenant().origin).hostname;
    return `<t.${name}.${ticket}.${person}.${this.idSeal(name, ticket, person)}@${host}>`;
  }

  /** What a Message-ID stands for; null unless this tenant gave it. */
  read(messageId: string): Conversation | null {
    const [, name, ticket, person, given] = MESSAGE_ID.exec(messageId) ?? [];
    if (!name || !signatureMatches(this.idSeal(name, ticket!, person!), given!)) return null;
    return { ticketId: dashed(ticket!), personId: dashed(person!) };
  }

  private seal(number: number, personId: string): string {
    return base32(
      sign(this.config.secretKey, 'reply-address', `${currentTenant().id} ${number} ${personId}`),
      SEAL.most,
    );
  }

  private idSeal(name: string, ticket: string, person: string): string {
    return base32(sign(this.config.secretKey, 'message-id', `${currentTenant().id} ${name} ${ticket} ${person}`), 32);
  }
}

const room = (slug: string) => Math.min(SEAL.most, LOCAL_PART - slug.length - '+r.'.length - NUMBER_LENGTH);

/** Addresses pass through programs that know no capital letters: base 32 (RFC 4648) in small ones. */
function base32(signature: string, length: number): string {
  const bits = [...Buffer.from(signature, 'base64url')].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? [])
    .map((five) => ALPHABET[parseInt(five, 2)])
    .join('')
    .slice(0, length);
}

function numberText(number: number): string {
  let [text, rest] = ['', number];
  for (let digit = 0; digit < NUMBER_LENGTH; digit++) {
    text = ALPHABET[rest % 32]! + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

const textNumber = (text: string): number => [...text].reduce((sum, char) => sum * 32 + ALPHABET.indexOf(char), 0);
const bare = (uuid: string) => uuid.replaceAll('-', '');
const dashed = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
