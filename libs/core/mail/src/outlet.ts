import { createTransport, type Transporter } from 'nodemailer';
import type SMTPPool from 'nodemailer/lib/smtp-pool/index.js';
import { Inject, Injectable, Logger, type OnApplicationShutdown, Optional } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';

/** The mail server did not take the mail now; it may later. */
export class NotNow extends Error {
  override name = 'NotNow';
}
/** The mail server refused this mail for good. */
export class RefusedForGood extends Error {
  override name = 'RefusedForGood';
}

/** How long a server may keep us waiting before a worker turns to other jobs. */
export interface Patience {
  connectMs: number;
  greetingMs: number;
  silenceMs: number;
  /** For a free place. */
  queueMs: number;
  /** After a connection has failed. */
  pauseMs: number;
}
export const MAIL_PATIENCE = Symbol('mail patience');
const PATIENCE: Patience = {
  connectMs: 10_000,
  greetingMs: 10_000,
  silenceMs: 15_000,
  queueMs: 2_000,
  pauseMs: 20_000,
};
/** Commands whose 5xx answer is about this one mail; before them it is about our login or the server. */
const ABOUT_THE_MAIL = new Set(['MAIL FROM', 'RCPT TO', 'DATA']);

interface SmtpError extends Error {
  code?: string;
  command?: string;
  responseCode?: number;
}

/**
 * The way out to the SMTP server. A server that stalls must not hold the workers: mail takes at most half of a worker's
 * places, waits for one only shortly, and after a connection has failed nothing is tried for a while except one probe.
 */
@Injectable()
export class Outlet implements OnApplicationShutdown {
  private readonly log = new Logger('Mail');
  private readonly transport: Transporter<SMTPPool.SentMessageInfo>;
  private readonly places: number;
  private taken = 0;
  private readonly waiting: (() => void)[] = [];
  private pausedUntil = 0;

  constructor(
    @Inject(CONFIG) config: Config,
    @Optional() @Inject(MAIL_PATIENCE) private readonly patience: Patience = PATIENCE,
  ) {
    this.places = Math.max(1, Math.floor(config.workerConcurrency / 2));
    this.transport = createTransport({
      ...serverOf(config),
      pool: true,
      maxConnections: this.places,
      maxMessages: 100,
      name: config.mailFrom.split('@')[1],
      connectionTimeout: patience.connectMs,
      greetingTimeout: patience.greetingMs,
      socketTimeout: patience.silenceMs,
      // Templates are written by tenants: nothing they say may make us read a file or call an address.
      disableFileAccess: true,
      disableUrlAccess: true,
    } as SMTPPool.Options);
    this.transport.on('error', (error) => this.log.warn(error.message));
  }

  /** @throws NotNow when it may work later, RefusedForGood when it never will */
  async send(message: SMTPPool.MailOptions): Promise<void> {
    await this.takePlace();
    try {
      await this.transport.sendMail(message);
      this.pausedUntil = 0;
    } catch (error) {
      throw this.judged(error as SmtpError);
    } finally {
      this.taken -= 1;
      this.waiting.shift()?.();
    }
  }

  onApplicationShutdown(): void {
    this.transport.close();
  }

  private judged(error: SmtpError): Error {
    const { responseCode, command = '', message } = error;
    if (responseCode && responseCode >= 500 && ABOUT_THE_MAIL.has(command)) return new RefusedForGood(message);
    if (!responseCode) this.pausedUntil = Date.now() + this.patience.pauseMs;
    return new NotNow(message);
  }

  private async takePlace(): Promise<void> {
    const probing = this.pausedUntil > 0;
    if (probing && (Date.now() < this.pausedUntil || this.taken > 0))
      throw new NotNow('The mail server does not answer');
    if (this.taken >= this.places) await this.turn();
    this.taken += 1;
  }

  private turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(go), 1);
        reject(new NotNow('The mail server is slow'));
      }, this.patience.queueMs);
      this.waiting.push(go);
    });
  }
}

function serverOf({ smtpUrl, mailbox }: Config): SMTPPool.Options {
  if (!smtpUrl) return { host: '127.0.0.1', port: mailbox.smtpPort, ignoreTLS: true };
  const url = new URL(smtpUrl);
  const secure = url.protocol === 'smtps:';
  return {
    host: url.hostname,
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    auth: url.username ? { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } : undefined,
  };
}
