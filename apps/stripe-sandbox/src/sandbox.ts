import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { apiAnswer } from './api.js';
import { runDue } from './billing/passing-time.js';
import { controlAnswer } from './control.js';
import { pageAnswer } from './pages/pages.js';
import { type SandboxOptions, SandboxState } from './sandbox-state.js';

const HOST = '127.0.0.1';
/** How often it is looked what happened to customers without a clock. */
const TICK_MS = 1_000;

/** Stripe's API, pages and webhooks, as far as Foyer uses them, on this machine. */
export class StripeSandbox extends SandboxState {
  private server!: Server;
  private ticking: NodeJS.Timeout | undefined;

  static async start(options: SandboxOptions = {}): Promise<StripeSandbox> {
    const sandbox = new StripeSandbox(options);
    await sandbox.open();
    return sandbox;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** What Foyer takes as `STRIPE_API_BASE`. */
  get apiBase(): string {
    return `http://${HOST}:${this.port}`;
  }

  /** Options for `new Stripe(sandbox.apiKey(), sandbox.clientOptions)`. */
  get clientOptions(): { host: string; port: number; protocol: 'http' } {
    return { host: HOST, port: this.port, protocol: 'http' };
  }

  async stop(): Promise<void> {
    clearInterval(this.ticking);
    await this.deliveries.stop();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.kept?.close();
  }

  private async open(): Promise<void> {
    await this.restore();
    this.server = createServer((request, response) => {
      const { pathname } = new URL(request.url!, 'http://sandbox');
      const answer = pathname.startsWith('/v1/')
        ? apiAnswer
        : pathname.startsWith('/sandbox/')
          ? controlAnswer
          : pageAnswer;
      void answer(this, request, response).finally(() => this.changed());
    });
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(this.options.port ?? 0, HOST, resolve);
    });
    this.origin = this.options.publicUrl ?? this.apiBase;
    this.ticking = setInterval(() => this.tick(), TICK_MS);
    this.ticking.unref();
  }

  private tick(): void {
    const ran = [...this.accounts.values()].map((account) => runDue(account));
    if (ran.includes(true)) this.changed();
  }
}
