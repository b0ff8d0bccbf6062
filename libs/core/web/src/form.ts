import { BadRequestException } from '@nestjs/common';
import { z } from 'zod';
import { Conflict, type DomainError, InvalidField, Refused, TooMany } from '@foyer/access';
import { type MessageValues, translate } from '@foyer/i18n';
import { addressInDns } from './domains.js';
import type { FoyerRequest } from './request.js';
import { type Words, wordsFor } from './words-for.js';

type Typed = string | string[];
/** Never sent back to the page. */
const SECRET = /password|_csrf|token/;

/**
 * A form on its way: what was typed, what is wrong with it, and, when nothing is, the value its schema made of it.
 * Goes to templates as `form`.
 */
export class FormState<T = unknown> {
  readonly values: Record<string, Typed>;
  readonly errors: Record<string, string> = {};
  /** Where somebody else has saved the same since: what is stored now, as far as it is not what was typed. */
  different: readonly { label: string; text: string }[] = [];
  /** Where somebody of the team can change that what is wrong is so. */
  wayOut: { href: string; label: string } | null = null;
  private parsed: T | undefined;
  private body: Record<string, Typed> = {};
  private readonly locale: string;
  private readonly words: (error: DomainError) => Words;

  private constructor(req: FoyerRequest, values: Record<string, Typed>) {
    this.locale = req.foyer.locale!;
    this.words = (error) => wordsFor(error, req);
    this.values = values;
  }

  /** An untouched form, filled in with what is there now. */
  static of(req: FoyerRequest, values: Record<string, Typed | null | undefined> = {}): FormState<never> {
    const filled = Object.entries(values).filter((entry): entry is [string, Typed] => entry[1] != null);
    return new FormState<never>(req, Object.fromEntries(filled));
  }

  static parse<T>(req: FoyerRequest, schema: z.ZodType<T>): FormState<T> {
    const body = (req.body ?? {}) as Record<string, Typed>;
    const typed = Object.entries(body).filter(
      ([name, value]) => !SECRET.test(name) && (typeof value === 'string' || Array.isArray(value)),
    );
    const form = new FormState<T>(req, Object.fromEntries(typed));
    form.body = body;
    const result = schema.safeParse(body);
    if (result.success) form.parsed = result.data;
    else
      for (const issue of result.error.issues)
        form.fail(String(issue.path[0] ?? ''), ...wrongIn(issue, body[String(issue.path[0])]));
    return form;
  }

  get failed(): boolean {
    return Object.keys(this.errors).length > 0;
  }

  /** What the schema made of the input. Only read it when the form has not failed. */
  get value(): T {
    if (this.parsed === undefined) throw new Error('A failed form has no value');
    return this.parsed;
  }

  /** What came in a field that does not go back to the page by itself, such as the token of a link. */
  secret(name: string): string {
    const given = this.body[name];
    return typeof given === 'string' ? given : '';
  }

  /** Notes the first thing that is wrong with a field; the empty name stands for the form as a whole. */
  fail(field: string, key: string, values?: MessageValues): void {
    this.errors[field] ??= translate(this.locale, key, values);
  }

  /** Runs a verb; what it says of a field becomes that field's message. Undefined when the form has failed. */
  async attempt<R>(verb: (value: T) => Promise<R>): Promise<R | undefined> {
    if (this.failed) return undefined;
    try {
      return await verb(this.value);
    } catch (error) {
      if (error instanceof InvalidField) this.fail(error.field, error.code, error.values);
      else if (error instanceof Conflict || error instanceof TooMany || isOfPlan(error)) this.cannot(error);
      else throw error;
      return undefined;
    }
  }

  /** The form is right, and cannot be taken all the same. */
  private cannot(error: DomainError): void {
    const { code, values, wayOut } = this.words(error);
    this.fail('', code, values);
    this.wayOut = wayOut && { ...wayOut, label: translate(this.locale, wayOut.label) };
  }

  toJSON(): object {
    const { values, errors, failed, different, wayOut } = this;
    return { values, errors, failed, different, wayOut };
  }
}

/** A refusal that somebody can do something about belongs where it happens, with what was typed. */
const isOfPlan = (error: unknown): error is Refused => error instanceof Refused && error.wayOut !== null;

/** @throws BadRequestException for what is given and wrong */
export function filtersOf(req: FoyerRequest, schema: z.ZodObject) {
  const query = { ...req.query };
  for (const [name, rule] of Object.entries<z.core.$ZodType>(schema.shape)) {
    // A field of a form that was left empty comes as an empty text.
    const given = query[name] === '' ? undefined : query[name];
    const strict = rule instanceof z.ZodCatch ? (rule.unwrap() as z.ZodType) : (rule as z.ZodType);
    if (given !== undefined && !strict.safeParse(given).success) throw new BadRequestException('web.error.filter');
  }
  return schema.parse(query);
}

/** The message for what a schema finds wrong with what was given. */
export function wrongIn(issue: z.core.$ZodIssue, given: unknown): [string, Record<string, string | number>?] {
  if (/^[a-z]+\.[a-z.-]+$/.test(issue.message))
    return [issue.message, issue.code === 'custom' ? (issue.params as Record<string, string | number>) : undefined];
  if (given === undefined || given === '' || (typeof given === 'string' && given.trim() === ''))
    return ['web.form.required'];
  if (issue.code === 'too_small') return ['web.form.too-short', { min: Number(issue.minimum) }];
  if (issue.code === 'too_big')
    return ['web.form.too-long', { max: Number(issue.maximum), length: String(given).length }];
  if (issue.code === 'invalid_format' && issue.format === 'email') return ['web.form.email'];
  if (issue.code === 'invalid_value') return ['web.form.choice'];
  return ['web.form.wrong'];
}

/** Controls, and what turns a line round or has no width. Line ends, tabs and the joiners of Persian and emoji are part of texts. */
const UNSEEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;
/** Anything to be seen; the blank of Braille is a symbol, but none. */
const SEEN = /[^\s\u2800\p{C}\p{Default_Ignorable_Code_Point}]/u;
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
/** What somebody typed, without what nobody sees; empty when there is nothing else. */
const seen = (typed: string): string => {
  const text = typed.replace(UNSEEN, '').trim();
  return SEEN.test(text) ? text : '';
};
/** All that ends a line or a cell: what takes one line goes into headers of mails and rows of spreadsheets. */
const LINE_ENDS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
const oneLine = z.string().transform((typed) => seen(typed.replace(LINE_ENDS, ' ')));
const someLines = z.string().transform(seen);

/** What readers take for other than it is: full stops, slashes and colons of other scripts. */
const DOTS = /[\u3002\u06d4\u0701\u0702\ua4f8\ua60e]/g;
const SLASHES = /[\u2044\u2215\u29f8\u2571\\]/g;
const COLONS = /[\u2236\ua789\u02d0]/g;
const LINK =
  /:\/\/|\bhttps?:|\bwww\.|\S@\S|(?:[\p{L}\p{M}\p{N}]\.\p{L}[\p{L}\p{M}\p{N}-]+|\d\.\d{1,3}\.\d{1,3}\.\d{1,3})(?::\d+)?[/?#][^\s/]/iu;

/** Whether a name reads as the address of a page or a mailbox. A plain domain may be what a business is called. */
function isLink(name: string): boolean {
  const text = name.normalize('NFKC').replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '');
  return LINK.test(text.replace(DOTS, '.').replace(SLASHES, '/').replace(COLONS, ':'));
}

/** `name@domain` of RFC 5322, without quotes and comments: dots only between, and a domain that is no host of one word. */
const ADDRESS =
  /^(?:[\w!#$%&'*+/=?^`{|}~-]+\.)*[\w!#$%&'*+/=?^`{|}~-]+@(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z][a-z\d-]*[a-z\d]$/;

/** As accounts have it: in small letters, and the domain as the DNS has it (RFC 5891). */
const address = z.string().trim().max(254).toLowerCase().transform(addressInDns);

/** The kinds of field that forms share. Lengths are in characters. */
export const field = {
  /** One line, whatever was pasted. */
  text: (max: number) => oneLine.pipe(z.string().min(1).max(max)),
  /** Several lines, where it says so. */
  lines: (max: number) => someLines.pipe(z.string().min(1).max(max)),
  optionalLines: (max: number) =>
    someLines
      .pipe(z.string().max(max))
      .optional()
      .transform((value) => value || null),
  /** The same, or nothing. */
  line: (max: number) => oneLine.pipe(z.string().max(max)),
  optionalText: (max: number) =>
    field
      .line(max)
      .optional()
      .transform((value) => value || null),
  /** A long text, kept as it was typed, without controls; of what nobody sees alone there is none. */
  words: (max: number) =>
    z
      .string()
      .trim()
      .max(max)
      .transform((text) => (SEEN.test(text) ? text.replace(CONTROLS, '') : '')),
  /** The same where something must be said. */
  someWords: (max: number) => field.words(max).pipe(z.string().min(1)),
  /** What people, companies and businesses are called. It goes into mails to those who do not know them, and carries no link there. */
  name: (max: number) => field.text(max).refine((name) => !isLink(name), 'web.form.name'),
  /** The same where nobody has to say it; empty when they do not. */
  optionalName: (max: number) =>
    field
      .line(max)
      .refine((name) => !isLink(name), 'web.form.name')
      .default(''),
  /** Whatever mail takes: `%` in the name, and domains in any script, which are kept as the DNS has them (RFC 5891). */
  email: address.pipe(z.email({ pattern: ADDRESS })),
  /** By which somebody says who they are; what is not an address is simply nobody's. */
  signInEmail: address.pipe(z.string().min(1)),
  /** Unknown to nobody: what is wrong with a new password is for the verb to say. */
  password: z.string().min(1).max(1000),
  id: z.uuid('web.form.choice'),
  /** A day that PostgreSQL knows as well. */
  day: z.iso.date().refine((day) => day >= '1000'),
  /** What is searched for. A pasted paragraph is cut: by its beginning it is found or not, and never left out. What nobody sees means nothing. */
  search: z
    .string()
    .transform((text) =>
      text
        .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
        .trim()
        .slice(0, 200),
    )
    .catch(''),
  /** Where a page of a list goes on: a time as PostgreSQL writes it in UTC, or none, and an id. */
  cursor: z.string().max(100).refine(isCursor),
  optionalId: z
    .union([z.literal(''), z.uuid('web.form.choice')])
    .optional()
    .transform((value) => value || null),
  /** A switch or checkbox: present when on. */
  flag: z
    .unknown()
    .optional()
    .transform((value) => value !== undefined && value !== '' && value !== '0'),
};

function isCursor(text: string): boolean {
  const [, day, time, id] = /^[<>]?(?:([\d-]{10}) ([\d:.]{8,15})\+00|infinity)~([0-9a-f-]{36})$/.exec(text) ?? [];
  if (!z.uuid().safeParse(id).success) return false;
  return day === undefined || (field.day.safeParse(day).success && z.iso.time().safeParse(time).success);
}
