import { createTransport, type Transporter } from 'nodemailer';
import type SMTPPool from 'nodemailer/lib/smtp-pool/index.js';
import { Inject, Injectable, Logger, type OnApplicationShutdown, Optional } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { waitBefore } from '@foyer/database';
import { outsidePlaces } from '@foyer/events';

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
}
export const MAIL_PATIENCE = Symbol('mail patience');
const PATIENCE: Patience = { connectMs: 10_000, greetingMs: 10_000, silenceMs: 15_000 };
/** Commands whose 5xx answer is about this one mail; before them it is about our login or the server. */
const ABOUT_THE_MAIL = new Set(['MAIL FROM', 'RCPT TO', 'DATA']);

interface SmtpError extends Error {
  code?: string;
  command?: string;
  responseCode?: number;
}

/**
 * The way out to the SMTP server. After a connection has failed nothing is tried for a while except one probe at a time,
 * so that a server that stalls keeps few jobs waiting; how many there may be at all, their lane says (`@foyer/events`).
 */
@Injectable()
export class Outlet implements OnApplicationShutdown {
  private readonly log = new Logger('Mail');
  private readonly transport: Transporter<SMTPPool.SentMessageInfo>;
  private failures = 0;
  private pausedUntil = 0;
  private probing = false;

  constructor(@Inject(CONFIG) config: Config, @Optional() @Inject(MAIL_PATIENCE) patience: Patience = PATIENCE) {
    this.transport = createTransport({
      ...serverOf(config),
      pool: true,
      maxConnections: outsidePlaces(config.workerConcurrency),
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

  /**
   * Returns true when the server had been away and is back.
   * @throws NotNow when it may work later, RefusedForGood when it never will
   */
  async send(message: SMTPPool.MailOptions): Promise<boolean> {
    const probe = this.failures > 0;
    if (probe && (this.probing || Date.now() < this.pausedUntil)) throw new NotNow('The mail server does not answer');
    this.probing = probe;
    try {
      await this.transport.sendMail(message);
      const back = this.failures > 0;
      this.failures = 0;
      return back;
    } catch (error) {
      throw this.judged(error as SmtpError);
    } finally {
      if (probe) this.probing = false;
    }
  }

  onApplicationShutdown(): void {
    this.transport.close();
  }

  private judged({ responseCode, command = '', message }: SmtpError): Error {
    if (responseCode && responseCode >= 500 && ABOUT_THE_MAIL.has(command)) return new RefusedForGood(message);
    if (!responseCode) this.pausedUntil = Date.now() + waitBefore((this.failures += 1));
    return new NotNow(message);
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
