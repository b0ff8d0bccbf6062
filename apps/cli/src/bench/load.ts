import autocannon from 'autocannon';

export interface Load {
  requestsPerSecond: number;
  p50ms: number;
  p95ms: number;
}
export interface Target {
  url: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  expect?: number;
  /** Instead of one request: these, in turn. */
  requests?: autocannon.Request[];
}

/** So many connections for so many seconds, after a short warm-up. Any answer but the expected one is an error. */
export async function load(
  { url, method = 'GET', headers = {}, body, expect = 200, requests }: Target,
  seconds: number,
): Promise<Load> {
  const run = (duration: number) =>
    autocannon({ url, duration, connections: 10, ...(requests ? { requests } : { method, headers, body }) });
  await run(1);
  const result = await run(seconds);
  const wrong = Object.entries(result.statusCodeStats ?? {}).filter(([code]) => Number(code) !== expect);
  if (result.errors > 0 || wrong.length > 0)
    throw new Error(`${method} ${url}: ${result.errors} errors, answers ${JSON.stringify(result.statusCodeStats)}`);
  return {
    requestsPerSecond: Math.round(result.requests.average),
    p50ms: result.latency.p50,
    p95ms: Math.round((result.latency.p90 + result.latency.p97_5) / 2),
  };
}
