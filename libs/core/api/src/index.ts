export { Api, BASE } from './api.js';
export { ApiModule } from './api.module.js';
export { type Caller, Callers, type FindCaller } from './callers.js';
export { openApiOf, tagOf } from './openapi.js';
export {
  type Answer,
  type Call,
  clocks,
  type Handler,
  instant,
  moment,
  type Operation,
  operationsBy,
  paged,
  pageOf,
  paging,
  type Read,
  type Sent,
  type Shape,
  type Told,
} from './operation.js';
export { allScopes, declareScope, type Scope, scopesOf } from './scopes.js';
export { unknownAt } from './faults.js';
export { readJsonBody } from './json-body.js';
