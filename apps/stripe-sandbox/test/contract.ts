import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import Stripe from 'stripe';
import { parseForm } from '../src/form.js';

interface Operation {
  query: { name: string; required: boolean; schema: Schema }[];
  body?: Schema;
  answer: Schema;
}
type Schema = Record<string, unknown>;

const description = JSON.parse(readFileSync(new URL('openapi.json', import.meta.url), 'utf8')) as {
  version: string;
  paths: Record<string, Record<string, Operation>>;
  schemas: Record<string, Schema>;
};

/** The dialect of OpenAPI 3.0 in JSON Schema: what may be null says so, and what is not described does not exist. */
function asJsonSchema(node: unknown, closed: boolean): unknown {
  if (Array.isArray(node)) return node.map((one) => asJsonSchema(one, closed));
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, properties, ...rest } = node as Schema;
  const schema: Schema = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      key === '$ref' || key === 'enum' ? value : asJsonSchema(value, closed),
    ]),
  );
  if (typeof schema['$ref'] === 'string')
    schema['$ref'] = schema['$ref'].replace('#/components/schemas/', 'stripe#/$defs/');
  if (properties) {
    schema['properties'] = Object.fromEntries(
      Object.entries(properties as Schema).map(([name, one]) => [name, asJsonSchema(one, closed)]),
    );
    if (closed) schema['additionalProperties'] = false;
  }
  return nullable ? { anyOf: [schema, { type: 'null' }] } : schema;
}

const $defs = asJsonSchema(description.schemas, true);
const formats = { decimal: /^-?\d+(\.\d+)?$/ };
const answers = new Ajv({ strict: false, allErrors: true, formats }).addSchema({ $id: 'stripe', $defs });
// Everything in a form is a text.
const questions = new Ajv({ strict: false, allErrors: true, coerceTypes: 'array', formats });

const compiled = new Map<string, { request: ValidateFunction; answer: ValidateFunction }>();

function validatorsOf(path: string, method: string) {
  const name = `${method} ${path}`;
  const known = compiled.get(name);
  if (known) return known;
  const pattern = Object.keys(description.paths)
    // The literal path before the one with a place for an id.
    .sort((a, b) => a.split('{').length - b.split('{').length)
    .find((one) => new RegExp(`^${one.replace(/\{\w+\}/g, '[^/]+')}$`).test(path) && description.paths[one]![method]);
  if (!pattern) throw new Error(`The API has no ${name}`);
  const { query, body, answer } = description.paths[pattern]![method]!;
  const request =
    method === 'get'
      ? {
          type: 'object',
          properties: Object.fromEntries(query.map((one) => [one.name, asJsonSchema(one.schema, false)])),
          required: query.filter(({ required }) => required).map((one) => one.name),
          additionalProperties: false,
        }
      : asJsonSchema(body ?? { type: 'object' }, false);
  const pair = {
    request: questions.compile(request as object),
    answer: answers.compile(asJsonSchema(answer, true) as object),
  };
  compiled.set(name, pair);
  return pair;
}

const EVENT = answers.compile({
  type: 'object',
  required: ['id', 'object', 'api_version', 'created', 'data', 'livemode', 'pending_webhooks', 'request', 'type'],
  properties: {
    api_version: { const: description.version },
    data: {
      type: 'object',
      required: ['object'],
      properties: { object: { type: 'object' }, previous_attributes: { type: 'object' } },
    },
  },
});

const objects = new Map<string, ValidateFunction>();

/** What is wrong with an event, by the shape of events and by that of the object it is about. */
export function faultsOfEvent(event: unknown): string[] {
  if (!EVENT(event)) return messages(EVENT);
  const { object } = (event as { data: { object: { object: string; id?: string } } }).data;
  if (!description.schemas[object.object]) throw new Error(`No schema of ${object.object}`);
  let validate = objects.get(object.object);
  if (!validate) {
    validate = answers.compile({ $ref: `stripe#/$defs/${object.object}` });
    objects.set(object.object, validate);
  }
  // An invoice that is only foreseen has no id.
  const shown = object.object === 'invoice' && !object.id ? { ...object, id: 'none' } : object;
  return validate(shown) ? [] : messages(validate);
}

const messages = ({ errors }: ValidateFunction) => [
  ...new Set(
    (errors ?? []).map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`),
  ),
];

/** What was not as Stripe has it, since somebody last asked. */
export const takeFaults = (): string[] => faults.splice(0);
const faults: string[] = [];

const ERROR_TYPES = ['api_error', 'card_error', 'idempotency_error', 'invalid_request_error'];

function check(
  path: string,
  method: string,
  data: string,
  status: number,
  answer: { error?: { type: string; message: string } },
): string[] {
  if (status >= 400)
    return ERROR_TYPES.includes(answer.error?.type ?? '') && answer.error?.message
      ? []
      : [`error: ${JSON.stringify(answer)}`];
  const url = new URL(path, 'http://sandbox');
  const { request, answer: shape } = validatorsOf(url.pathname, method.toLowerCase());
  const form = parseForm(method === 'GET' ? url.search.slice(1) : data);
  return [
    ...(request(structuredClone(form)) ? [] : messages(request).map((one) => `request ${one}`)),
    ...(shape(answer) ? [] : messages(shape).map((one) => `answer ${one}`)),
  ];
}

/** The official client, whose every request and answer is held against the description of the API. */
export function checkedClient(
  key: string,
  options: { host: string; port: number; protocol: 'http' },
  more: object = {},
): Stripe {
  const http = Stripe.createNodeHttpClient();
  const makeRequest = http.makeRequest.bind(http);
  http.makeRequest = async (...args) => {
    const [, , path, method, , data] = args;
    const response = await makeRequest(...args);
    const toJSON = response.toJSON.bind(response);
    response.toJSON = async () => {
      const answer = (await toJSON()) as { error?: { type: string; message: string } };
      const found = check(path, method, data as string, response.getStatusCode(), answer);
      faults.push(...found.map((fault) => `${method} ${path}: ${fault}`));
      return answer;
    };
    return response;
  };
  return new Stripe(key, { ...options, httpClient: http, maxNetworkRetries: 0, telemetry: false, ...more });
}
