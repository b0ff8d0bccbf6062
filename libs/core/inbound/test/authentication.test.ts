import { domainToUnicode } from 'node:url';
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { authenticate } from 'mailauth';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { growth, LINEAR } from '@foyer/app-cli/testing/effort';
import { authenticationOf, parseMail } from '@foyer/inbound';
import { authenticated, type Resolver, toldBy } from '../src/authentication.js';

const MEGABYTE = 1024 * 1024;
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const nothing = () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
const dns =
  (names: Record<string, string>): Resolver =>
  (name, type) =>
    type === 'TXT' && names[name] ? Promise.resolve([[names[name]]]) : nothing();
const names = {
  's1._domainkey.wheelhouse.example': `v=DKIM1; k=rsa; p=${key}`,
  's1._domainkey.evil.example': `v=DKIM1; k=rsa; p=${key}`,
  '_dmarc.wheelhouse.example': 'v=DMARC1; p=reject',
  'wheelhouse.example': 'v=spf1 ip4:192.0.2.10 -all',
  's1._domainkey.small.example': `v=DKIM1; k=rsa; p=${key}`,
};
const resolver = dns(names);
const arrival = { peer: '198.51.100.7', helo: 'mx.evil.example', envelopeFrom: 'x@evil.example' };

/** With a server before ours. */
const believing = async (raw: Buffer) =>
  toldBy('mx.host.example', raw) ?? (await authenticated(raw, arrival, resolver));

function mail(from: string, more = ''): Buffer {
  return Buffer.from(
    `${more}From: ${from}\r\nTo: a@in.example.com\r\nSubject: Hi\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@x>\r\n\r\nHello\r\n`,
  );
}
async function signed(from: string, domain: string): Promise<Buffer> {
  const raw = mail(from);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const seal = { signingDomain: domain, selector: 's1', privateKey: pem };
  const options = { ...seal, canonicalization: 'relaxed/relaxed', signatureData: [seal] };
  const { signatures } = await dkimSign(raw, options);
  return Buffer.concat([Buffer.from(signatures), raw]);
}

describe('who really sent it', () => {
  test('passes with the domain’s own signature', async () => {
    const raw = await signed('ana@wheelhouse.example', 'wheelhouse.example');
    expect(await authenticated(raw, arrival, resolver)).toBe('pass');
  });

  test('passes when it came from the domain’s own server', async () => {
    const own = { peer: '192.0.2.10', helo: 'mx.wheelhouse.example', envelopeFrom: 'ana@wheelhouse.example' };
    expect(await authenticated(mail('ana@wheelhouse.example'), own, resolver)).toBe('pass');
  });

  test('fails when the domain has a policy and neither is so', async () => {
    expect(await authenticated(mail('ana@wheelhouse.example'), arrival, resolver)).toBe('fail');
  });

  test('another domain’s signature proves nothing', async () => {
    const raw = await signed('ana@wheelhouse.example', 'evil.example');
    expect(await authenticated(raw, arrival, resolver)).toBe('fail');
  });

  test('a changed text does not pass', async () => {
    const raw = await signed('ana@wheelhouse.example', 'wheelhouse.example');
    const changed = Buffer.from(raw.toString().replace('Hello', 'Send money'));
    expect(await authenticated(changed, arrival, resolver)).toBe('fail');
  });

  test('two authors are none', async () => {
    const two = mail('ana@wheelhouse.example', 'From: boss@wheelhouse.example\r\n');
    expect(await authenticated(two, arrival, resolver)).toBe('fail');
  });

  test('without a policy a signature of the very domain passes, and nothing is no proof', async () => {
    expect(await authenticated(await signed('joe@small.example', 'small.example'), arrival, resolver)).toBe('pass');
    expect(await authenticated(mail('joe@small.example'), arrival, resolver)).toBe('none');
  });

  test('a DNS that does not answer proves nothing', async () => {
    const raw = await signed('ana@wheelhouse.example', 'wheelhouse.example');
    const broken: Resolver = () => Promise.reject(Object.assign(new Error('timeout'), { code: 'ETIMEOUT' }));
    expect(await authenticated(raw, arrival, broken)).not.toBe('pass');
  });
});

describe('59: the author is the one address that was authenticated', () => {
  const author = 'agent@wheelhouse.example';
  const evil = 'a@evil.example';
  test.each([
    `<${evil}> <${author}>`,
    `<${evil}>, <${author}>`,
    `${evil} <${author}>`,
    `"${author}" <${evil}>`,
    `=?utf-8?q?agent=40wheelhouse.example?= <${evil}>`,
    `=?utf-8?b?${Buffer.from(`<${author}>`).toString('base64')}?= <${evil}>`,
    `=?utf-8?q?agent=40wheelhouse.example?=`,
    `Team: <${author}>;`,
    `Team: ${evil}, ${author};`,
    `undisclosed-recipients:; <${author}>`,
    `(${author}) <${evil}>`,
    `<${author}> (${evil})`,
    `${author} (<${evil}>)`,
    `"<${author}>" <${evil}>`,
    `<${author}\\0@evil.example>`,
    `<@evil.example:${author}>`,
    `<"${author}"@evil.example>`,
    `<agent@wheelhouse.example@evil.example>`,
    `<agent@wheelhouse.example>@evil.example`,
    `agent@wheelhouse.example\u00a0@evil.example`,
    `<${author}>\r\nFrom: <${evil}>`,
    `<${evil}>\r\nfrom\t: <${author}>`,
    '',
  ])('nobody: %j', async (from) => {
    const raw = await signed(from, 'evil.example');
    expect(parseMail(raw).from).toBeNull();
    expect(await authenticated(raw, arrival, resolver)).toBe('fail');
    const told = Buffer.concat([Buffer.from('Authentication-Results: mx.host.example; dmarc=pass\r\n'), raw]);
    expect(await believing(told)).toBe('fail');
  });

  test.each([
    author,
    `<${author}>`,
    `Ana Silva <${author}>`,
    `"Silva, Ana" <${author}>`,
    `"Ana (Sales)" <${author}>`,
    `Ana Silva (Sales) <${author}>`,
    `${author} <${author}>`,
    `"${author}" <${author}>`,
    `=?utf-8?q?Ana_S=C3=ADlva?= <${author}>`,
    `Ana Sílva <${author}>`,
    `${author} (Cron Daemon)`,
    `Ana\r\n <${author}>`,
    `Ana <Agent@Wheelhouse.example>`,
  ])('somebody: %j', async (from) => {
    const raw = await signed(from, 'wheelhouse.example');
    expect(parseMail(raw).from?.address).toBe(author);
    expect(await authenticated(raw, arrival, resolver)).toBe('pass');
  });

  test('whatever stands in From, whom we see is whom mailauth has seen, or nobody', async () => {
    const address = fc.constantFrom(
      author,
      evil,
      'Agent@Wheelhouse.example',
      'a.b+c@x.example',
      '"a b"@x.example',
      '\u212aim@x.example',
    );
    const piece = fc.oneof(
      { weight: 3, arbitrary: address },
      {
        weight: 3,
        arbitrary: fc
          .tuple(fc.constantFrom('Ana ', '"Ana" ', '', 'x:'), address)
          .map(([name, one]) => `${name}<${one}>`),
      },
      fc.constantFrom(
        ...'<>()[]@,;:"\\ .'.split(''),
        '\r\n ',
        '\r\nFrom: ',
        '\t',
        '\u00a0',
        '\u200b',
        '=?utf-8?q?a=40b.example?=',
        'Ana',
        'é',
      ),
    );
    const header = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
    let named = 0;
    await fc.assert(
      fc.asyncProperty(header, async (from) => {
        const raw = mail(from);
        const { dkim } = await authenticate(raw, { resolver, disableArc: true, disableBimi: true, disableDmarc: true });
        const seen = parseMail(raw).from?.address;
        if (seen === undefined) return;
        named++;
        const them = dkim!.headerFrom.map((one) => one.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
        // A domain of another script is kept as the DNS has it, and says the same.
        const said = seen.replace(/(?<=@)[^@]+$/, (domain) => domainToUnicode(domain) || domain);
        expect([[seen], [said]]).toContainEqual(them);
      }),
      { numRuns: 1_500 },
    );
    expect(named).toBeGreaterThan(100);
  });
});

describe('what the server before ours says', () => {
  const told = (line: string) => mail('ana@wheelhouse.example', `Authentication-Results: ${line}\r\n`);

  test('is believed under its name', async () => {
    expect(await believing(told('mx.host.example; spf=fail; dmarc=pass (p=reject)'))).toBe('pass');
    expect(await believing(told('mx.host.example 1; dmarc=fail'))).toBe('fail');
  });

  test('is not believed under another name, below another one, or in a comment', async () => {
    expect(await believing(told('mx.evil.example; dmarc=pass'))).toBe('fail');
    const below = told('mx.evil.example; dmarc=fail\r\nAuthentication-Results: mx.host.example; dmarc=pass');
    expect(await believing(below)).toBe('fail');
    expect(await believing(told('mx.host.example; none (; dmarc=pass)'))).toBe('none');
  });

  test('means nothing where nobody is trusted', async () => {
    expect(await authenticated(told('mx.host.example; dmarc=pass'), arrival, resolver)).toBe('fail');
  });
});

describe('57: what is made to be hard to check fails', () => {
  const signature = (n: number) =>
    `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=wheelhouse.example; s=s1; l=${n}; h=from; bh=YQ==; b=YQ==\r\n`;
  const signatures = (count: number) => Array.from({ length: count }, (_, n) => signature(n)).join('');

  test('many signatures, a header without end, and lines without', async () => {
    let looked = 0;
    const counting: Resolver = (...asked) => (looked++, resolver(...asked));
    expect(await authenticated(mail('joe@small.example', signatures(5)), arrival, resolver)).toBe('none');
    for (const many of [signatures(11), 'X-A: b\r\n'.repeat(40_000)])
      expect(await authenticated(mail('joe@small.example', many), arrival, counting)).toBe('fail');
    const endless = Buffer.concat([mail('joe@small.example'), Buffer.alloc(4 * MEGABYTE, 32)]);
    expect(await authenticated(endless, arrival, counting)).toBe('fail');
    expect(looked).toBe(0);
    expect(await authenticationOf(mail('joe@small.example', signatures(11)), arrival)).toBe('fail');
  });

  test.each<[string, (bytes: number) => string]>([
    ['lines as long as may be', (bytes) => `${'x'.repeat(60_000)}\r\n`.repeat(bytes / 60_000)],
    ['blanks as long as may be', (bytes) => `${' '.repeat(60_000)}\r\n`.repeat(bytes / 60_000)],
    ['returns as many as may be', (bytes) => `${'\r'.repeat(60_000)}\r\n`.repeat(bytes / 60_000)],
    ['empty lines', (bytes) => '\r\n'.repeat(bytes / 2)],
    ['bare line ends', (bytes) => '\n'.repeat(bytes)],
    ['blanks at the ends of lines', (bytes) => 'a \t \r\n'.repeat(bytes / 6)],
  ])('a text of %s takes time that grows as it does', async (_, body) => {
    const check = (bytes: number) =>
      authenticated(
        Buffer.concat([mail('joe@small.example', signatures(3)), Buffer.from(body(bytes))]),
        arrival,
        resolver,
      );
    expect(await growth(MEGABYTE, check)).toBeLessThan(LINEAR);
  });
});
