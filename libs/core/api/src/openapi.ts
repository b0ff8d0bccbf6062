import { z } from 'zod';
import { BASE } from './api.js';
import type { Operation } from './operation.js';
import type { Scope } from './scopes.js';

type Json = Record<string, unknown>;

/** The document of OpenAPI 3.1 that follows from the operations. JSON Schema 2020-12 is what zod writes and what 3.1 reads. */
export function openApiOf(
  operations: readonly Operation[],
  { title, origin, scopes }: { title: string; origin: string; scopes: readonly Scope[] },
): Json {
  const schemas: Json = { Problem: PROBLEM };
  const written = (schema: z.ZodType, io: 'input' | 'output'): Json => {
    const {
      $schema: _,
      $defs = {},
      ...own
    } = z.toJSONSchema(schema, {
      ...{ io, unrepresentable: 'any', override: ({ jsonSchema }) => endTuple(jsonSchema) },
    }) as Json;
    Object.assign(schemas, toComponents($defs));
    return toComponents(own) as Json;
  };
  const paths: Record<string, Json> = {};
  for (const operation of operations)
    (paths[BASE + operation.path] ??= {})[operation.method] = described(operation, written);
  return {
    openapi: '3.1.0',
    info: {
      title: `${title} API`,
      version: '1',
      contact: { name: title, url: origin },
      description: `Everything that this portal lets programs do. Scopes: ${scopes.map(({ name }) => `\`${name}\``).join(', ')}.`,
    },
    servers: [{ url: origin }],
    security: [{ key: [] }],
    tags: [...new Set(operations.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      schemas,
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'A key of this portal: `key_live_…`.' },
      },
      responses: {
        Problem: {
          description: 'What went wrong (RFC 9457).',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}

export const tagOf = ({ path }: Operation): string => path.split('/')[1]!;

function described(operation: Operation, written: (schema: z.ZodType, io: 'input' | 'output') => Json): Json {
  const {
    id,
    method,
    scope,
    summary,
    description,
    params,
    query,
    body,
    output,
    type = 'application/json',
    status,
    example,
    file,
  } = operation;
  const parameters = [
    ...parametersOf('path', params, written),
    ...parametersOf('query', query, written),
    ...(method === 'post'
      ? [header('Idempotency-Key', 'The same for each attempt at one thing.', { minLength: 1, maxLength: 200 })]
      : []),
    ...(operation.current ? [header('If-Match', 'The ETag of what is to be changed.')] : []),
  ];
  const content =
    file === 'taken'
      ? { 'multipart/form-data': { schema: UPLOAD } }
      : body && { 'application/json': { schema: written(body.strict(), 'input') } };
  const answer =
    file === 'given'
      ? { 'application/octet-stream': {} }
      : output && { [type]: { schema: written(output, 'output'), ...(example !== undefined && { example }) } };
  const isGiven = status !== 204 && answer;
  const refusals = [
    400,
    401,
    403,
    404,
    ...(method === 'get' ? [] : [409, 413, 415, 422]),
    ...(operation.current ? [412, 428] : []),
    429,
    500,
    503,
  ];
  return {
    ...{ operationId: id, summary, ...(description && { description }), tags: [tagOf(operation)] },
    ...{ security: [{ key: [] }], 'x-scope': scope.name, parameters },
    ...(content && { requestBody: { required: true, content } }),
    responses: {
      [status]: { description: status === 204 ? 'Done.' : 'What there is now.', ...(isGiven && { content: answer }) },
      ...Object.fromEntries(refusals.sort().map((code) => [code, { $ref: '#/components/responses/Problem' }])),
    },
  };
}

function parametersOf(
  where: 'path' | 'query',
  schema: z.ZodObject | undefined,
  written: (schema: z.ZodType, io: 'input') => Json,
): Json[] {
  if (!schema) return [];
  const { properties = {} } = written(schema, 'input') as { properties?: Record<string, Json> };
  const isNeeded = (name: string) => !(schema.shape[name] as z.ZodType).safeParse(undefined).success;
  return Object.entries(properties).map(([name, { description, ...own }]) => ({
    ...{ name, in: where, required: isNeeded(name) },
    ...(description !== undefined && { description }),
    schema: own,
  }));
}

const header = (name: string, description: string, schema: Json = {}): Json => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string', ...schema },
});

/** What a tuple has is all it has, which JSON Schema says apart. */
function endTuple(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.prefixItems) schema.items ??= false;
}

/** Schemas with a name of their own stand in `components`. */
const toComponents = (schema: unknown): Json =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;

const UPLOAD = {
  type: 'object',
  required: ['file'],
  properties: { file: { type: 'string', contentMediaType: 'application/octet-stream' } },
};
const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'request_id'],
  properties: {
    ...{
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      instance: { type: 'string' },
    },
    code: { type: 'string', description: 'Stays the same; the words may change.' },
    request_id: { type: 'string', format: 'uuid' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['code', 'message'],
        properties: {
          pointer: { type: 'string', description: 'Place in the body (RFC 6901).' },
          parameter: { type: 'string', description: 'Name in the address.' },
          ...{ code: { type: 'string' }, message: { type: 'string' } },
        },
      },
    },
  },
};
