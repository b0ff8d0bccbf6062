import { type Attribute, ENTERPRISE, GROUP, type Kind, KINDS, type Schema, USER } from './attributes.js';

const SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema';
const RESOURCE_TYPE = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';
const CONFIG = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';
/** So many a page at most, and so many unless it is said. */
export const PAGE = { most: 200, usual: 100 };

type Document = Record<string, unknown> & { id: string };

/** What we take and give, from the same declarations by which it is read (RFC 7643, 7). */
export const schemas = (base: string): Document[] => [USER, ENTERPRISE, GROUP].map((one) => schemaOf(one, base));

function schemaOf({ id, name, about, attributes }: Schema, base: string): Document {
  return {
    ...{ schemas: [SCHEMA], id, name, description: about },
    attributes: attributes.filter(({ hidden }) => !hidden).map(described),
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${id}` },
  };
}

function described(attribute: Attribute): object {
  const { name, type, about, subs, canonical } = attribute;
  const isText = type === 'string';
  return {
    ...{ name, type, description: about, multiValued: attribute.multi ?? false },
    required: attribute.required ?? false,
    ...(isText && { caseExact: attribute.caseExact ?? false }),
    mutability: attribute.readOnly ? 'readOnly' : 'readWrite',
    returned: 'default',
    ...(isText && { uniqueness: attribute.unique ?? 'none' }),
    ...(canonical && { canonicalValues: canonical }),
    ...(subs && { subAttributes: subs.map(described) }),
  };
}

export const resourceTypes = (base: string): Document[] => [
  resourceType('User', 'Users', KINDS.Users, base),
  resourceType('Group', 'Groups', KINDS.Groups, base),
];
const resourceType = (name: string, path: string, { schema, extensions }: Kind, base: string): Document => ({
  ...{ schemas: [RESOURCE_TYPE], id: name, name, endpoint: `/${path}`, description: schema.about, schema: schema.id },
  schemaExtensions: extensions.map(({ id }) => ({ schema: id, required: false })),
  meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${name}` },
});

export const serviceProviderConfig = (base: string): object => ({
  schemas: [CONFIG],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: PAGE.most },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: true },
  authenticationSchemes: [
    {
      ...{ type: 'oauthbearertoken', name: 'Bearer token', description: 'The token of this directory.', primary: true },
      specUri: 'https://www.rfc-editor.org/info/rfc6750',
    },
  ],
  meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
});
