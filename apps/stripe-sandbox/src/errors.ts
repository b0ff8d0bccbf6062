export type ErrorType =
  | 'invalid_request_error'
  | 'card_error'
  | 'idempotency_error'
  | 'api_error'
  | 'rate_limit_error'
  | 'authentication_error';

export interface ErrorBody {
  type: ErrorType;
  message: string;
  code?: string;
  decline_code?: string;
  param?: string;
  payment_intent?: unknown;
  payment_method?: unknown;
}

/** An answer that says what was wrong, as Stripe's API says it. */
export class ApiError extends Error {
  override name = 'ApiError';

  constructor(
    readonly status: number,
    readonly body: ErrorBody,
  ) {
    super(body.message);
  }
}

export const invalid = (message: string, param?: string, code?: string): ApiError =>
  new ApiError(400, { type: 'invalid_request_error', message, ...(param && { param }), ...(code && { code }) });

export const missing = (what: string, id: string, param = 'id'): ApiError =>
  new ApiError(404, {
    ...{ type: 'invalid_request_error', code: 'resource_missing', param },
    message: `No such ${what}: '${id}'`,
  });

export const requiredParam = (param: string): ApiError =>
  invalid(`Missing required param: ${param}.`, param, 'parameter_missing');
