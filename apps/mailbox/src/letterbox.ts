import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { domainToASCII } from 'node:url';
import { type ParsedMail, simpleParser } from 'mailparser';
import { type Letter, letterOf } from './letter.js';

const KEPT = 1_000;
/** With the domain as the DNS has it, where it is of another script (RFC 5891). */
const withAsciiDomain = (address: string): string =>
  address.replace(/(?<=@)[^@]+$/, (domain) => domainToASCII(domain) || domain);
const FILE = /^(\d{13})-[0-9a-f]{8}\.eml$/;

/** Mails as `.eml` files in a folder, newest first. */
export class Letterbox {
  private letters: Letter[] = [];

  constructor(private readonly folder: string) {}

  /** Reads what earlier runs left. */
  async open(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const names = (await readdir(this.folder)).filter((name) => FILE.test(name)).sort();
    for (const name of names.slice(-KEPT)) await this.enter(name);
  }

  async keep(source: Buffer, envelope: { from: string; to: string[] }): Promise<Letter> {
    const name = `${Date.now()}-${randomBytes(4).toString('hex')}.eml`;
    const trace = [
      `Return-Path: <${envelope.from}>`,
      ...envelope.to.map((address) => `Delivered-To: ${withAsciiDomain(address)}`),
    ];
    const draft = join(this.folder, `${name}.new`);
    await writeFile(draft, Buffer.concat([Buffer.from(`${trace.join('\r\n')}\r\n`), source]));
    await rename(draft, join(this.folder, name));
    const letter = await this.enter(name);
    for (const { id } of this.letters.splice(KEPT)) await rm(this.fileOf(id), { force: true });
    return letter;
  }

  /** @param to only mails to this address, whichever way its domain is written */
  list({ to, subject }: { to?: string; subject?: string } = {}): Letter[] {
    const wanted = to && withAsciiDomain(to.toLowerCase());
    return this.letters.filter(
      (letter) =>
        (!wanted || letter.to.some((address) => address.toLowerCase() === wanted)) &&
        (!subject || letter.subject.toLowerCase().includes(subject.toLowerCase())),
    );
  }

  find(id: string): Letter | undefined {
    return this.letters.find((letter) => letter.id === id);
  }

  fileOf(id: string): string {
    return join(this.folder, `${id}.eml`);
  }

  read(id: string): Promise<ParsedMail> {
    return simpleParser(createReadStream(this.fileOf(id)));
  }

  async empty(): Promise<void> {
    const gone = this.letters.splice(0);
    await Promise.all(gone.map(({ id }) => rm(this.fileOf(id), { force: true })));
  }

  private async enter(name: string): Promise<Letter> {
    const id = name.slice(0, -'.eml'.length);
    const letter = letterOf(id, new Date(Number(FILE.exec(name)![1])), await this.read(id));
    this.letters.unshift(letter);
    return letter;
  }
}
