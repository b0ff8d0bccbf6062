import autocannon from 'autocannon';
import { cpuMilliseconds } from './processes.js';

export interface Load {
  requestsPerSecond: number;
  p50ms: number;
  p95ms: number;
  /** Processor time of the process that answers, for one request. */
  cpuMs: number | undefined;
}
export interface Target {
  url: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  expect?: number;
  /** Of the process that answers. */
  pid?: number;
  /** Instead of one request: these, in turn. */
  requests?: autocannon.Request[];
}

/** So many connections for so many seconds, after a short warm-up. Any answer but the expected one is an error. */
export async function load(
  { url, method = 'GET', headers = {}, body, expect = 200, requests, pid }: Target,
  seconds: number,
): Promise<Load> {
  const run = (duration: number) =>
    autocannon({ url, duration, connections: 10, ...(requests ? { requests } : { method, headers, body }) });
  await run(1);
  const before = pid && cpuMilliseconds(pid);
  const result = await run(seconds);
  const after = pid && cpuMilliseconds(pid);
  const wrong = Object.entries(result.statusCodeStats ?? {}).filter(([code]) => Number(code) !== expect);
  if (result.errors > 0 || wrong.length > 0)
    throw new Error(`${method} ${url}: ${result.errors} errors, answers ${JSON.stringify(result.statusCodeStats)}`);
  return {
    requestsPerSecond: Math.round(result.requests.average),
    p50ms: result.latency.p50,
    p95ms: Math.round((result.latency.p90 + result.latency.p97_5) / 2),
    cpuMs: before && after ? (after - before) / result.requests.total : undefined,
  };
}
