import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import multer, { MulterError } from 'multer';
import { PayloadTooLargeException, UnprocessableEntityException } from '@nestjs/common';

/** Names under which mail services post a mail as it came (Mailgun, SendGrid, Postmark, and the plain one). */
const FIELDS = ['message', 'body-mime', 'email', 'RawEmail'];
const MAX_PARTS = 100;
const MAX_FILES = 10;

export interface Posted {
  raw: Buffer;
  /** Of the envelope, where the service tells. */
  recipient: string | null;
  sender: string;
}

/**
 * The mail in a post: the body itself (`message/rfc822`), or a field of a form or of JSON.
 * @throws PayloadTooLargeException beyond `limit`
 */
export async function postedMail(req: Request, res: Response, limit: number): Promise<Posted> {
  const type = (req.headers['content-type'] ?? '').toLowerCase();
  if (type.startsWith('multipart/form-data') || type.startsWith('application/x-www-form-urlencoded'))
    return named(await fields(req, res, limit));
  const body = await whole(req, type.startsWith('application/json') ? limit * 2 : limit);
  if (!type.startsWith('application/json')) return { raw: body, recipient: null, sender: '' };
  try {
    const entries = Object.entries(JSON.parse(body.toString('utf8')) as Record<string, unknown>);
    return named(new Map(entries.map(([name, value]) => [name, Buffer.from(typeof value === 'string' ? value : '')])));
  } catch {
    throw new UnprocessableEntityException();
  }
}

function named(found: Map<string, Buffer>): Posted {
  const raw = FIELDS.map((name) => found.get(name)).find((value) => value !== undefined && value.length > 0);
  if (!raw) throw new UnprocessableEntityException();
  const text = (name: string) => found.get(name)?.toString('utf8').trim().slice(0, 320) ?? '';
  return { raw, recipient: text('recipient').toLowerCase() || null, sender: text('sender') };
}

async function whole(req: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new PayloadTooLargeException();
    chunks.push(chunk);
  }
  if (size === 0) throw new UnprocessableEntityException();
  return Buffer.concat(chunks);
}

/** Fields and files of a form alike: services differ in which of the two a mail is. */
async function fields(req: Request, res: Response, limit: number): Promise<Map<string, Buffer>> {
  if (req.headers['content-type']!.toLowerCase().startsWith('application/x-www-form-urlencoded')) {
    const pairs = [...new URLSearchParams((await whole(req, limit * 3)).toString('latin1'))];
    return new Map(pairs.slice(0, MAX_PARTS).map(([name, value]) => [name, Buffer.from(value)]));
  }
  const limits = { fieldSize: limit, fileSize: limit, parts: MAX_PARTS, files: MAX_FILES };
  const read = multer({ storage: multer.memoryStorage(), limits }).any();
  await new Promise<void>((resolve, reject) => {
    read(req, res, (error: unknown) => {
      if (!error) return resolve();
      reject(error instanceof MulterError ? new PayloadTooLargeException() : new UnprocessableEntityException());
    });
  });
  const typed = Object.entries((req.body ?? {}) as Record<string, unknown>);
  const files = (req.files ?? []) as Express.Multer.File[];
  return new Map([
    ...typed.map(([name, value]): [string, Buffer] => [name, Buffer.from(String(value))]),
    ...files.map(({ fieldname, buffer }): [string, Buffer] => [fieldname, buffer]),
  ]);
}
