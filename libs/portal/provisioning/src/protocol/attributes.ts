/** An attribute as RFC 7643 (section 7) describes one. */
export interface Attribute {
  name: string;
  type: 'string' | 'boolean' | 'complex' | 'dateTime';
  about: string;
  multi?: true;
  caseExact?: true;
  required?: true;
  readOnly?: true;
  unique?: 'server' | 'global';
  /** What it may be, where that is a few words. */
  canonical?: readonly string[];
  subs?: readonly Attribute[];
  /** A name of it that only paths and filters use. */
  hidden?: true;
}
export interface Schema {
  id: string;
  name: string;
  about: string;
  attributes: readonly Attribute[];
}

export const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const CORE_GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

const text = (name: string, about: string, more: Partial<Attribute> = {}): Attribute => ({
  ...{ name, type: 'string', about },
  ...more,
});
const several = (name: string, about: string, kinds: readonly string[]): Attribute => ({
  ...{ name, about, type: 'complex', multi: true },
  subs: [
    text('value', about),
    text('type', 'What it is used for.', { canonical: kinds }),
    { name: 'primary', type: 'boolean', about: 'Whether it is the one that counts.' },
  ],
});
const refers = (name: string, about: string, more: Partial<Attribute>): Attribute => ({
  ...{ name, about, type: 'complex', multi: true },
  subs: [
    text('value', 'The id.', { caseExact: true }),
    text('display', 'The name.', { readOnly: true }),
    text('type', 'What it is.', { readOnly: true }),
    text('$ref', 'The address.', { readOnly: true, caseExact: true }),
  ],
  ...more,
});

/** What every resource has beside its schema (RFC 7643, 3.1). */
const COMMON: readonly Attribute[] = [
  text('id', 'Our id.', { readOnly: true, caseExact: true, hidden: true }),
  text('externalId', 'The id that the directory has for it.', { caseExact: true, hidden: true }),
  text('schemas', 'What describes it.', { multi: true, readOnly: true, caseExact: true, hidden: true }),
  {
    ...{ name: 'meta', type: 'complex', about: 'What we note of it.', readOnly: true, hidden: true },
    subs: [
      text('resourceType', 'What it is.', { readOnly: true, caseExact: true }),
      { name: 'created', type: 'dateTime', about: 'Since when it is here.', readOnly: true },
      { name: 'lastModified', type: 'dateTime', about: 'When it last changed.', readOnly: true },
      text('location', 'The address.', { readOnly: true, caseExact: true }),
      text('version', 'Which state of it this is.', { readOnly: true, caseExact: true }),
    ],
  },
];

export const USER: Schema = {
  ...{ id: CORE_USER, name: 'User', about: 'A person.' },
  attributes: [
    ...COMMON,
    text('userName', 'What the directory calls them; the address where no email says it.', {
      required: true,
      unique: 'server',
    }),
    {
      ...{ name: 'name', type: 'complex', about: 'Their name.' },
      subs: [
        text('formatted', 'As it is written.'),
        text('givenName', 'The given name.'),
        text('familyName', 'The family name.'),
      ],
    },
    text('displayName', 'What they are called here.'),
    text('title', 'Their job.'),
    text('preferredLanguage', 'The language of pages and mails, such as de-CH.'),
    text('locale', 'The same, where no language is preferred.'),
    text('timezone', 'Of the IANA database, such as Europe/Zurich.'),
    { name: 'active', type: 'boolean', about: 'Whether they have access.' },
    several('emails', 'An email address.', ['work', 'home', 'other']),
    several('phoneNumbers', 'A phone number.', ['work', 'home', 'mobile', 'fax', 'pager', 'other']),
    refers('groups', 'The groups they are in.', { readOnly: true }),
  ],
};
export const ENTERPRISE: Schema = {
  ...{ id: ENTERPRISE_USER, name: 'EnterpriseUser', about: 'What an organisation knows of somebody.' },
  attributes: [
    text('employeeNumber', 'Their number.'),
    text('costCenter', 'The cost centre.'),
    text('organization', 'The organisation.'),
    text('division', 'The division.'),
    text('department', 'The department.'),
  ],
};
export const GROUP: Schema = {
  ...{ id: CORE_GROUP, name: 'Group', about: 'Some of the people; it can mean a role.' },
  attributes: [
    ...COMMON,
    text('displayName', 'What it is called.', { required: true, unique: 'server' }),
    refers('members', 'Who is in it.', {}),
  ],
};

/** A resource's own schema and those that extend it. */
export interface Kind {
  schema: Schema;
  extensions: readonly Schema[];
}
export const KINDS = {
  Users: { schema: USER, extensions: [ENTERPRISE] },
  Groups: { schema: GROUP, extensions: [] },
} satisfies Record<string, Kind>;

export const named = <T extends { name: string }>(all: readonly T[], name: string): T | undefined =>
  all.find((one) => one.name.toLowerCase() === name.toLowerCase());

/** What a name in a path or a filter means: the attribute, what of it, and the extension that it is of. */
export interface Meaning {
  extension: Schema | null;
  /** Null: the extension as a whole. */
  attribute: Attribute | null;
  sub: Attribute | null;
}

/** Null for what nobody knows. Names are the same in capitals and small letters. */
export function meaningOf({ schema, extensions }: Kind, path: string): Meaning | null {
  const lower = path.toLowerCase();
  for (const one of [schema, ...extensions]) {
    const id = one.id.toLowerCase();
    const extension = one === schema ? null : one;
    if (lower === id) return extension && { extension, attribute: null, sub: null };
    if (lower.startsWith(`${id}:`)) return within(one, extension, path.slice(id.length + 1));
  }
  return within(schema, null, path);
}

function within({ attributes }: Schema, extension: Schema | null, path: string): Meaning | null {
  const [first = '', second, ...rest] = path.split('.');
  const attribute = named(attributes, first);
  if (!attribute || rest.length > 0) return null;
  if (second === undefined) return { extension, attribute, sub: null };
  const sub = named(attribute.subs ?? [], second);
  return sub ? { extension, attribute, sub } : null;
}
