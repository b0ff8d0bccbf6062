import { createRequire } from 'node:module';
import type { Transporter } from 'nodemailer';
import type SMTPPool from 'nodemailer/lib/smtp-pool/index.js';
import { Inject, Injectable, Logger, type OnApplicationShutdown, Optional } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { Lifeline } from '@foyer/database';
import { outsidePlaces } from '@foyer/events';

/** Loaded where mails are sent: the web processes know this module and send none. */
const nodemailer = () => createRequire(import.meta.url)('nodemailer') as typeof import('nodemailer');

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
 * The way out to the SMTP server. After a connection has failed no mail is tried until the server has answered to a call of
 * its own, one at a time: a server that stalls keeps few jobs waiting, and no mail has to come at the right moment for its return to be
 * noticed. How many jobs there may be at all, their lane says (`@foyer/events`).
 */
@Injectable()
export class Outlet implements OnApplicationShutdown {
  private readonly log = new Logger('Mail');
  private readonly transport: Transporter<SMTPPool.SentMessageInfo>;
  private readonly line: Lifeline;
  /** It has not answered since a connection failed. */
  private silent = false;
  /** It did not answer when it was asked, or mails were turned away for it: once it answers, what waits is due. */
  private away = false;
  /** It broke off a mail, which may be for that mail: that it is well again, the next one shows that goes. */
  private brokeOff = false;
  private returned: () => void = () => undefined;

  constructor(@Inject(CONFIG) config: Config, @Optional() @Inject(MAIL_PATIENCE) patience: Patience = PATIENCE) {
    this.transport = nodemailer().createTransport({
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
    this.line = new Lifeline({
      open: async () => void (await this.transport.verify()),
      onFailure: () => (this.away = true),
      onReturn: () => {
        this.silent = false;
        if (this.away) this.returned();
        this.away = false;
      },
    });
  }

  /** Calls `told` when the server had been away and takes connections again. */
  onReturn(told: () => void): void {
    this.returned = told;
  }

  /**
   * Returns true when the server had broken off mails and takes them again.
   * @throws NotNow when it may work later, RefusedForGood when it never will
   */
  async send(message: SMTPPool.MailOptions): Promise<boolean> {
    if (this.silent) {
      this.away = true;
      throw new NotNow('The mail server does not answer');
    }
    try {
      await this.transport.sendMail(message);
    } catch (error) {
      throw this.judged(error as SmtpError);
    }
    const back = this.brokeOff;
    this.brokeOff = false;
    return back;
  }

  onApplicationShutdown(): void {
    this.line.close();
    this.transport.close();
  }

  private judged({ responseCode, command = '', message }: SmtpError): Error {
    if (responseCode && responseCode >= 500 && ABOUT_THE_MAIL.has(command)) return new RefusedForGood(message);
    if (!responseCode) {
      this.silent = this.brokeOff = true;
      this.line.lost();
    }
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
