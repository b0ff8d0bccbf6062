import pg from 'pg';

/**
 * A connection whose loss ends what uses it, not the process. A pool only listens to its idle connections: one that the
 * server closes between two statements of a transaction says so by an `error` event, and without a listener Node ends
 * the process. The next statement on it fails, which is all that its user needs to know.
 */
export class SteadyClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
