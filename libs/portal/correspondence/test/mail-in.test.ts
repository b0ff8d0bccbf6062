import { beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { selfSigned, type TestPerson, type TestTenant, World } from '@foyer/app-cli/testing';
import { Database, rows, sql, table } from '@foyer/database';
import { teamRoles } from '@foyer/identity';
import { Collections, Settings } from '@foyer/settings';
import { reopeningRules, ticketNumber, TicketPageReader, Tickets } from '@foyer/tickets';
import { AUTHSERV, type Draft, freePort, letterTo, outcome, raw, send, sendRaw, thread } from './correspondents.js';

let world: World;
let port: number;
let acme: TestTenant;
let bolt: TestTenant;
let ana: TestPerson;
let mara: TestPerson;
let number: number;
/** Where Ana answers, and the mail that told her so. */
let toAna: { replyTo: string; messageId: string };
let toMara: typeof toAna;
const IN = 'in.localhost';
const tls = selfSigned(mkdtempSync(join(tmpdir(), 'foyer-mail-in-')), IN);
const corpus = new URL('../../../core/inbound/test/corpus/', import.meta.url);
const at = (tenant: TestTenant) => `${tenant.tenant.slug}@${IN}`;
const deliver = (draft: Draft, envelope?: { from?: string; to?: string }) => send(port, draft, envelope);
const bodies = async (tenant: TestTenant, of: number) =>
  (await thread(tenant, of)).filter(({ kind }) => kind === 'reply').map(({ body }) => body);

beforeAll(async () => {
  port = await freePort();
  world = await World.startWithWorker({
    ...{ INBOUND_SMTP_PORT: String(port), INBOUND_AUTHSERV_ID: AUTHSERV },
    ...{ INBOUND_TLS_KEY: tls.keyFile, INBOUND_TLS_CERT: tls.certFile },
  });
  [acme, bolt] = [await world.tenant('acme'), await world.tenant('bolt')];
  ana = await (await acme.customer('Ana')).of('Globex', 'company_user');
  mara = await acme.agent('Mara');
  number = Number((await ana.opens('Printer is on fire')).number);
  toAna = await letterTo(world, ana.email, 'Printer is on fire');
  toMara = await letterTo(world, mara.email, 'Printer is on fire');
});

describe('a new mail', () => {
  test('of a customer becomes a ticket with their rights, and is confirmed once', async () => {
    const draft = {
      from: `Ana <${ana.email}>`,
      to: at(acme),
      subject: 'Re: The lamp',
      text: 'It is dark.\n\n-- \nAna',
      dmarc: 'pass' as const,
    };
    expect(await deliver(draft)).toBe(250);
    const { status, ticket } = await outcome(acme, ana.email);
    expect(status).toBe('opened');
    const [message] = await thread(acme, ticket!);
    expect(message).toMatchObject({
      kind: 'reply',
      body: 'It is dark.',
      quoted: '-- \nAna',
      source: 'email',
      author: ana.email,
    });
    const view = await acme.inside(async () => world.get(TicketPageReader).read(await ana.actor(), ticket!));
    expect([view.subject, view.company]).toEqual(['The lamp', 'Globex']);
    // Their program shows the confirmation, and the team's answer, below what they wrote.
    const { mail: confirmation } = await letterTo(world, ana.email, 'The lamp');
    const [{ id } = { id: '' }] = await acme.query<{ id: string }>(
      () =>
        sql`select i.message_id as id from ${table('inbound_mail')} i join ${table('ticket')} t on t.id = i.ticket_id where t.number = ${ticket}`,
    );
    expect(confirmation.inReplyTo).toBe(id);
    await acme.inside(async () =>
      world.get(Tickets).reply(await mara.actor(), ticket!, { body: 'Have you a bulb?', fileIds: [] }),
    );
    const { mail: answer } = await letterTo(world, ana.email, 'Have you a bulb?');
    expect([answer.inReplyTo, answer.references]).toEqual([id, confirmation.references]);
  });

  test('comes encrypted as well, from whoever insists on knowing us', async () => {
    const draft = { from: 'sealed@new.example', to: at(acme), subject: 'Sealed', text: 'For you alone' };
    expect(await send(port, draft, {}, { ca: tls.cert, servername: IN })).toBe(250);
    const { status, ticket } = await outcome(acme, 'sealed@new.example');
    expect(status).toBe('opened');
    expect(await bodies(acme, ticket!)).toEqual(['For you alone']);
    expect(await send(port, draft, {}, { ca: tls.cert, servername: 'in.elsewhere.example' })).toBe(0);
  });

  test('of a stranger makes a person who has proved nothing', async () => {
    await deliver({ from: 'Nia New <nia@new.example>', to: at(acme), subject: 'Opening hours' });
    expect((await outcome(acme, 'nia@new.example')).status).toBe('opened');
    const people = await acme.query(
      () =>
        sql`select name, email_verified_at, password_hash, status from ${table('person')} where email = 'nia@new.example'`,
    );
    expect(people).toEqual([{ name: 'Nia New', email_verified_at: null, password_hash: null, status: 'active' }]);
  });

  test('without text or subject is a ticket too', async () => {
    await deliver({ from: 'mute@new.example', to: at(acme), subject: '', text: '' });
    const { status, ticket } = await outcome(acme, 'mute@new.example');
    expect(status).toBe('opened');
    expect(await bodies(acme, ticket!)).toEqual(['(This email has no text.)']);
  });

  test('whose sender cannot be told offers nothing that cannot be; a name that is an address is none; a long subject says that it goes on', async () => {
    await sendRaw(port, 'From: a@new.example, b@new.example\r\nTo: x\r\nSubject: Two of us\r\n\r\nHello', {
      from: 'a@new.example',
      to: at(acme),
    });
    await deliver({
      from: '"Click https://evil.example/x now" <clicker@new.example>',
      to: at(acme),
      subject: 'x'.repeat(300),
    });
    const { ticket } = await outcome(acme, 'clicker@new.example');
    const view = await acme.inside(async () => world.get(TicketPageReader).read(await acme.owner.actor(), ticket!));
    expect([view.requester, view.subject]).toEqual(['clicker', `${'x'.repeat(199)}…`]);
    const agent = await mara.browser();
    const row = () =>
      agent.get('/console/held-mails').then(({ text }) => text.split('<tr>').find((one) => one.includes('Two of us')));
    let held: string | undefined;
    for (let tries = 0; !held && tries < 200; tries++) held = await row();
    expect(held).toContain('/dismissal');
    expect(held).not.toContain('/acceptance');
  });

  test('in the name of a known customer, with nothing to prove it, sends none of its words to them', async () => {
    const known = await acme.customer('Known');
    const text = 'Sign in at https://evil.example/login within 24 hours.';
    await deliver({ from: known.email, to: at(acme), subject: 'Your account is locked', text });
    expect((await outcome(acme, known.email)).status).toBe('opened');
    const { mail } = await letterTo(world, known.email, 'We have received your message');
    for (const words of ['locked', 'evil.example'])
      expect(`${mail.subject} ${mail.text} ${String(mail.html)}`).not.toContain(words);
  });

  test('in another’s name is held where the domain says how to tell', async () => {
    await deliver({ from: 'forged@bank.example', to: at(acme), dmarc: 'fail' });
    expect(await outcome(acme, 'forged@bank.example')).toMatchObject({ status: 'held', reason: 'authentication' });
  });

  test('50: is never confirmed to a program, a list, or somebody who writes too often', async () => {
    await deliver({
      from: 'robot@new.example',
      to: at(acme),
      subject: 'Nightly',
      headers: ['Auto-Submitted: auto-generated'],
    });
    expect(await outcome(acme, 'robot@new.example')).toMatchObject({ status: 'held', reason: 'automatic' });
    await deliver({ from: 'list@new.example', to: at(acme), subject: 'News', headers: ['List-Id: <a.b>'] });
    expect((await outcome(acme, 'list@new.example')).status).toBe('opened');
    // What it sends to all its readers is no question to this one.
    const post = {
      from: 'poster@new.example',
      to: 'everybody@list.example',
      headers: ['List-Post: <mailto:a@b.example>'],
    };
    await deliver(post, { to: at(acme) });
    expect(await outcome(acme, 'poster@new.example')).toMatchObject({ status: 'held', reason: 'automatic' });
    for (const n of [1, 2]) {
      await deliver({ from: 'victim@new.example', to: at(acme), subject: `Bomb ${n}` });
      expect((await outcome(acme, 'victim@new.example')).status).toBe('opened');
    }
    await letterTo(world, mara.email, 'Bomb 2');
    // Another tenant of the same installation confirms nothing more to them either.
    await deliver({ from: 'victim@new.example', to: at(bolt), subject: 'Bomb 3' });
    expect((await outcome(bolt, 'victim@new.example')).status).toBe('opened');
    await letterTo(world, bolt.owner.email, 'Bomb 3');
    const to = (address: string) =>
      world.mails.mails.filter((mail) => [mail.to].flat()[0]!.text.includes(address)).length;
    expect([to('robot@new.example'), to('list@new.example'), to('victim@new.example')]).toEqual([0, 0, 1]);
  });
});

test('64: no word of a stranger is mailed to somebody who has not asked, until it is known that they wrote', async () => {
  const spam = { to: at(acme), subject: 'Win at casino.example', text: 'Go to http://casino.example now' };
  const words = async (address: string) => {
    const { mail } = await letterTo(world, address, 'We have received your message');
    return [mail.subject, mail.text, mail.html, JSON.stringify([...mail.headers.values()])].join(' ');
  };
  await deliver({ ...spam, from: 'Casino Example <unasked@new.example>' });
  expect((await outcome(acme, 'unasked@new.example')).status).toBe('opened');
  expect(await words('unasked@new.example')).not.toMatch(/casino/i);
  await deliver({ ...spam, from: 'proved@new.example', dmarc: 'pass' });
  expect((await outcome(acme, 'proved@new.example')).status).toBe('opened');
  expect(await words('proved@new.example')).toContain('http://casino.example');
});

describe('51: an answer', () => {
  test('by the address in our mail joins the ticket and opens it', async () => {
    await acme.inside(async () =>
      world.get(Tickets).reply(await mara.actor(), number, { body: 'Is it still burning?', fileIds: [] }),
    );
    await deliver({
      from: ana.email,
      to: toAna.replyTo,
      subject: 'whatever',
      text: 'Yes.\n\nOn Fri, Nov 20, 2026 Acme <a@b.example> wrote:\n> Is it still burning?',
    });
    expect(await outcome(acme, ana.email)).toMatchObject({ status: 'joined', ticket: number });
    expect((await bodies(acme, number)).at(-1)).toBe('Yes.');
    const view = await acme.inside(async () => world.get(TicketPageReader).read(await mara.actor(), number));
    expect(view.status).toBe('open');
  });

  test('by the id of our mail joins too', async () => {
    await deliver({ from: ana.email, to: at(acme), inReplyTo: toAna.messageId, text: 'By its id.' });
    expect(await outcome(acme, ana.email)).toMatchObject({ status: 'joined', ticket: number });
  });

  test('by the number in the subject alone is a ticket of its own', async () => {
    const before = await bodies(acme, number);
    await deliver({ from: 'guesser@new.example', to: at(acme), subject: `Re: [TKT-00${number}] Printer is on fire` });
    const { ticket } = await outcome(acme, 'guesser@new.example');
    expect(ticket).not.toBe(number);
    expect(await bodies(acme, number)).toEqual(before);
  });

  test('with a guessed address or id joins nothing', async () => {
    const local = toAna.replyTo.split('@')[0]!;
    const changed = `${local.slice(0, -1)}${local.endsWith('a') ? 'b' : 'a'}@${IN}`;
    await deliver({ from: ana.email, to: changed, text: 'guessed' });
    expect((await outcome(acme, ana.email)).ticket).not.toBe(number);
    const id = toAna.messageId.replace(/\.[a-z2-7]{4}(?=[a-z2-7]{28}@)/, '.aaaa');
    await deliver({ from: ana.email, to: at(acme), inReplyTo: id, text: 'guessed' });
    expect((await outcome(acme, ana.email)).ticket).not.toBe(number);
  });

  test('of a stranger who has the address goes to the team, never into the thread', async () => {
    await deliver({ from: 'thief@evil.example', to: toAna.replyTo, text: 'I am Ana, honestly', dmarc: 'pass' });
    expect(await outcome(acme, 'thief@evil.example')).toMatchObject({
      status: 'held',
      reason: 'not-entitled',
      ticket: number,
    });
    expect((await bodies(acme, number)).join()).not.toContain('honestly');
    expect((await thread(acme, number)).at(-1)).toMatchObject({ kind: 'event', type: 'mail-refused' });
    const seen = await acme.inside(async () => world.get(TicketPageReader).read(await ana.actor(), number));
    expect(JSON.stringify(seen.messages)).not.toContain('thief@evil.example');
  });

  test('in a customer’s name with failed DMARC is held', async () => {
    await deliver({ from: ana.email, to: toAna.replyTo, text: 'forged words', dmarc: 'fail' });
    expect(await outcome(acme, ana.email)).toMatchObject({ status: 'held', reason: 'authentication' });
    expect((await bodies(acme, number)).join()).not.toContain('forged words');
  });

  test('in an agent’s name counts only with proof', async () => {
    const { replyTo } = toMara;
    await deliver({ from: mara.email, to: replyTo, text: 'Send us your password', dmarc: 'none' });
    expect(await outcome(acme, mara.email)).toMatchObject({ status: 'held', reason: 'authentication' });
    await deliver({ from: mara.email, to: replyTo, text: 'We are on our way', dmarc: 'pass' });
    expect(await outcome(acme, mara.email)).toMatchObject({ status: 'joined', ticket: number });
    const view = await acme.inside(async () => world.get(TicketPageReader).read(await mara.actor(), number));
    expect(view.status).toBe('pending');
    await letterTo(world, ana.email, 'We are on our way');
  });

  test('of a colleague to Ana’s mail needs proof of who they are', async () => {
    const joe = await (await acme.customer('Joe')).of('Globex', 'company_user');
    await deliver({ from: joe.email, to: toAna.replyTo, text: 'I am Joe', dmarc: 'none' });
    expect(await outcome(acme, joe.email)).toMatchObject({ status: 'held', reason: 'not-theirs' });
    await deliver({ from: joe.email, to: toAna.replyTo, text: 'I am Joe', dmarc: 'pass' });
    expect(await outcome(acme, joe.email)).toMatchObject({ status: 'joined', ticket: number });
  });

  test('of somebody who has left the company is held', async () => {
    const ulf = await (await acme.customer('Ulf')).of('Globex', 'company_user');
    const ticket = await ulf.opens('Ulf’s matter');
    const { replyTo } = await letterTo(world, ulf.email, 'Ulf’s matter');
    await acme.change(
      () =>
        sql`delete from ${table('membership')} where person_id = (select id from ${table('person')} where email = ${ulf.email})`,
    );
    await deliver({ from: ulf.email, to: replyTo, text: 'still here', dmarc: 'pass' });
    expect(await outcome(acme, ulf.email)).toMatchObject({ status: 'held', reason: 'not-entitled' });
    expect((await bodies(acme, Number(ticket.number))).join()).not.toContain('still here');
  });

  test('with A’s address at B joins nothing there', async () => {
    const bob = await bolt.customer('Bob');
    const atBolt = toAna.replyTo.replace('acme', 'bolt');
    await deliver({ from: bob.email, to: atBolt, text: 'across', dmarc: 'pass' });
    expect((await outcome(bolt, bob.email)).status).toBe('opened');
    await deliver({ from: bob.email, to: at(bolt), inReplyTo: toAna.messageId, text: 'across', dmarc: 'pass' });
    expect((await outcome(bolt, bob.email)).status).toBe('opened');
    expect((await bodies(acme, number)).join()).not.toContain('across');
  });

  test('to a closed ticket makes one that follows it', async () => {
    const old = await ana.opens('An old matter');
    const { replyTo } = await letterTo(world, ana.email, 'An old matter');
    await acme.inside(async () =>
      world.get(Tickets).update(await mara.actor(), Number(old.number), { status: 'closed' }),
    );
    await deliver({ from: ana.email, to: replyTo, subject: 'Re: An old matter', text: 'It is back' });
    const { status, ticket } = await outcome(acme, ana.email);
    expect(status).toBe('opened');
    expect(ticket).not.toBe(Number(old.number));
    const view = await acme.inside(async () => world.get(TicketPageReader).read(await mara.actor(), ticket!));
    expect(view.links).toMatchObject([{ number: Number(old.number), kind: 'follow-up' }]);
  });

  test.each([
    ['reopens-within', 29, 'joined'],
    ['reopens-within', 31, 'opened'],
    ['reopens', 300, 'joined'],
    ['follows-up', 0, 'opened'],
  ] as const)(
    'to a solved ticket goes where a reply on the portal goes: %s after %i days has %s',
    async (replies, days, status) => {
      const subject = `Solved ${replies} ${days}`;
      const old = await ana.opens(subject);
      const { replyTo } = await letterTo(world, ana.email, subject);
      await acme.inside(async () => {
        await world.get(Settings).apply(reopeningRules, { replies, days: 30 });
        await world.get(Tickets).solve(await mara.actor(), Number(old.number));
        await world
          .get(Database)
          .write((em) =>
            rows(
              em,
              sql`update ${table('ticket')} set solved_at = now() - ${days} * interval '1 day' where id = ${old.id}`,
            ),
          );
      });
      await deliver({ from: ana.email, to: replyTo, subject: `Re: ${subject}`, text: 'It is back' });
      const became = await outcome(acme, ana.email);
      expect([became.status, became.ticket === Number(old.number)]).toEqual([status, status === 'joined']);
    },
  );

  test('adds those in copy only with proof, and only whom the portal knows', async () => {
    const watchers = async () =>
      (await acme.inside(async () => world.get(TicketPageReader).read(await mara.actor(), number))).watchers.map(
        ({ name }) => name,
      );
    const cleo = await acme.customer('Cleo');
    const draft = {
      from: mara.email,
      to: toMara.replyTo,
      cc: `${cleo.email}, unknown@new.example`,
    };
    await deliver({ ...draft, text: 'unproved', dmarc: 'fail' });
    await outcome(acme, mara.email);
    expect(await watchers()).not.toContain('Cleo');
    await deliver({ ...draft, text: 'proved', dmarc: 'pass' });
    await outcome(acme, mara.email);
    expect(await watchers()).toContain('Cleo');
    const at = `/tickets/TKT-${String(number).padStart(3, '0')}`;
    expect((await (await mara.browser()).get(`/console${at}`)).text).toContain('<bdi>unknown@new.example</bdi>');
    expect((await (await ana.browser()).get(at)).text).not.toContain('unknown@new.example');
    const stranger = await (await acme.customer('Sid')).of('Initech');
    const colleague = await (await acme.customer('Kim')).of('Globex');
    const copy = { from: ana.email, to: toAna.replyTo, cc: `${stranger.email}, ${colleague.email}` };
    await deliver({ ...copy, text: 'for Kim', dmarc: 'pass' });
    expect((await outcome(acme, ana.email)).status).toBe('joined');
    expect(await watchers()).not.toContain('Sid');
    expect(await acme.query(() => sql`select 1 from ${table('person')} where email = 'unknown@new.example'`)).toEqual(
      [],
    );
  });
});

describe('programs', () => {
  test('our own mail that comes back is a loop', async () => {
    await deliver({ from: 'loop@new.example', to: at(acme), id: toAna.messageId });
    expect(await outcome(acme, 'loop@new.example')).toMatchObject({ status: 'ignored', reason: 'loop' });
  });

  test('an automatic answer joins nothing', async () => {
    await deliver({
      from: ana.email,
      to: toAna.replyTo,
      subject: 'Automatic reply',
      text: 'On holiday',
      headers: ['Auto-Submitted: auto-replied'],
    });
    expect(await outcome(acme, ana.email)).toMatchObject({ status: 'ignored', reason: 'auto-reply' });
    expect((await bodies(acme, number)).join()).not.toContain('On holiday');
  });

  test('mails that answer one another for ever stop', async () => {
    const pong = await acme.customer('Pong');
    const ticket = await pong.opens('Ping');
    const { replyTo } = await letterTo(world, pong.email, 'Ping');
    for (let n = 1; n <= 21; n++) await deliver({ from: pong.email, to: replyTo, text: `pong ${n}` });
    const lines = await Promise.all(Array.from({ length: 21 }, (_, n) => outcome(acme, pong.email, n + 1)));
    expect(lines.filter(({ status }) => status === 'joined')).toHaveLength(20);
    expect(lines.filter(({ reason }) => reason === 'too-many')).toHaveLength(1);
    expect(await bodies(acme, Number(ticket.number))).toHaveLength(21);
    // The team lets the last one in: where it answers, and in the name of whoever wrote it.
    const agent = await mara.browser();
    const held = (await agent.get('/console/held-mails')).text.split('<tr>');
    const row = held.find((one) => one.includes(pong.email))!;
    expect(row).toContain(`Add to ${ticketNumber(ticket.number)}`);
    const [, path] = /action="([^"]+)\/acceptance"/.exec(row)!;
    await Promise.all([agent.post(`${path}/acceptance`), agent.post(`${path}/acceptance`)]);
    expect((await agent.post(`${path}/dismissal`)).text).toContain('This email has already been dealt with');
    const said = await thread(acme, Number(ticket.number));
    expect(said.filter(({ kind }) => kind === 'reply')).toHaveLength(22);
    expect(said.at(-1)).toMatchObject({ author: pong.email });
  });

  test('a held mail whose sender may not write in the ticket it answers, or writes as the team, never joins it', async () => {
    for (const [from, reason] of [
      ['stranger@new.example', 'not-entitled'],
      [mara.email, 'authentication'],
    ] as const) {
      await deliver({ from, to: toAna.replyTo, text: `Let ${from} in` });
      expect(await outcome(acme, from)).toMatchObject({ status: 'held', reason });
      const agent = await acme.owner.browser();
      const held = (await agent.get('/console/held-mails')).text.split('<tr>').find((one) => one.includes(from))!;
      const [, path] = /action="([^"]+)\/acceptance"/.exec(held)!;
      expect((await agent.post(`${path}/acceptance`)).status).toBe(303);
      expect((await outcome(acme, from)).status).toBe('opened');
      expect((await bodies(acme, number)).join()).not.toContain(from);
    }
  });

  test('a bounce marks our mail and is told to the team', async () => {
    const ben = await acme.customer('Ben');
    const ticket = await ben.opens('Wrong address');
    const { replyTo, messageId } = await letterTo(world, ben.email, 'Wrong address');
    const body = [
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
      ...['', '--b', '', 'Not delivered.', '--b', 'Content-Type: message/delivery-status', ''],
      ...['Reporting-MTA: dns; mx.example', '', `Final-Recipient: rfc822; ${ben.email}`, 'Action: failed'],
      ...['Status: 5.1.1', 'Diagnostic-Code: smtp; 550 no such user', '--b', 'Content-Type: text/rfc822-headers', ''],
      ...[`Message-ID: ${messageId}`, '', '--b--', ''],
    ].join('\r\n');
    const draft = { from: 'MAILER-DAEMON@mx.example', to: replyTo, subject: 'Undelivered', body };
    expect(await deliver(draft, { from: '' })).toBe(250);
    expect(await outcome(acme, 'mailer-daemon@mx.example')).toMatchObject({
      status: 'bounced',
      ticket: Number(ticket.number),
    });
    const mails = await acme.query(
      () => sql`select status, last_error from ${table('mail')} where message_id = ${messageId}`,
    );
    expect(mails).toEqual([{ status: 'bounced', last_error: '5.1.1 550 no such user' }]);
    expect((await thread(acme, Number(ticket.number))).at(-1)).toMatchObject({
      type: 'bounced',
      detail: '5.1.1 550 no such user',
    });
  });

  test('a bounce in words alone finds our mail by what it answers, what it quotes, or the address it came to', async () => {
    const ways = [
      (id: string) => ({ to: at(acme), headers: [`In-Reply-To: ${id}`] }),
      (id: string) => ({ to: at(acme), headers: [`References: <older@elsewhere.example> ${id}`] }),
      (id: string) => ({ to: at(acme), quoted: `> Message-ID: ${id}\r\n` }),
      (_id: string, replyTo: string) => ({ to: replyTo }),
    ];
    for (const [n, way] of ways.entries()) {
      const person = await acme.customer(`Gone ${n}`);
      const subject = `Wrong address, way ${n}`;
      const ticket = await person.opens(subject);
      const { replyTo, messageId } = await letterTo(world, person.email, subject);
      const { quoted = '', ...draft } = { quoted: '', ...way(messageId, replyTo) };
      const from = `MAILER-DAEMON@mx${n}.example`;
      const body = `Your message could not be delivered.\r\n\r\n<${person.email}>: 550 5.1.1 no such user\r\n\r\n${quoted}`;
      expect(
        await deliver({ from, subject: 'Undelivered Mail Returned to Sender', body, ...draft }, { from: '' }),
      ).toBe(250);
      const became = { status: 'bounced', ticket: Number(ticket.number) };
      expect(await outcome(acme, from.toLowerCase())).toMatchObject(became);
      expect((await thread(acme, Number(ticket.number))).at(-1)).toMatchObject({ type: 'bounced' });
    }
  });

  test('a bounce of a mail that we did not send says nothing', async () => {
    const body =
      'Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nA: b\r\n\r\nFinal-Recipient: rfc822; x@y.example\r\nAction: failed\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <guessed@acme.localhost>\r\n--b--';
    await deliver({ from: 'postmaster@evil.example', to: at(acme), body }, { from: '' });
    expect(await outcome(acme, 'postmaster@evil.example')).toMatchObject({ status: 'ignored', reason: 'bounce' });
  });
});

describe('mails of the world, as they come', () => {
  /** Sends a mail of the corpus with nothing in it changed; gives what became of it. */
  const post = async (name: string, { from, nth }: { from?: string; nth?: number } = {}) => {
    const source = readFileSync(new URL(`${name}.eml`, corpus), 'utf8');
    const sender = /^From:.*?([^\s<>]+@[^\s<>]+)/m.exec(source)![1]!.toLowerCase();
    expect(await sendRaw(port, source, { from: from ?? sender, to: at(acme) })).toBe(250);
    return { sender, ...(await outcome(acme, sender, nth)) };
  };
  const mailsTo = (address: string) => world.mails.mails.filter((mail) => [mail.to].flat()[0]!.text.includes(address));
  /** Mails go in the order of their events: once the team has that of a later ticket, none of an earlier one is missing. */
  const settled = async (subject: string) => {
    await deliver({ from: 'settled@new.example', to: at(acme), subject });
    await letterTo(world, mara.email, subject);
  };

  test('what a customer may write about is no program’s, and its own number stays in the subject', async () => {
    const { status, ticket, sender } = await post('person-subject-vacation');
    expect(status).toBe('opened');
    await letterTo(world, sender, 'We have received your message');
    const { ticket: numbered } = await post('subject-own-number');
    const read = async (number: number) =>
      (await acme.inside(async () => world.get(TicketPageReader).read(await mara.actor(), number))).subject;
    expect([await read(ticket!), await read(numbered!)]).toEqual([
      'Vacation days are missing in the export',
      '[ERP-2041] Export is empty',
    ]);
  });

  test.each([
    ['robot-bounce-encoded-subject', 'ignored', 'bounce'],
    ['robot-mailer-daemon', 'ignored', 'bounce'],
    ['robot-read-receipt', 'ignored', 'receipt'],
    ['robot-null-sender', 'held', 'automatic'],
  ])('%s, without an envelope sender, is %s', async (name, status, reason) => {
    const became = await post(name, { from: '' });
    expect([became.status, became.reason, became.ticket]).toEqual([status, reason, null]);
    await settled(`After ${name}`);
    expect(mailsTo(became.sender)).toEqual([]);
  });

  test.each(['robot-suppress-header', 'list-mail-is-surveyed'])(
    '%s is a ticket that nobody is told of',
    async (name) => {
      const { status, sender } = await post(name);
      expect(status).toBe('opened');
      await settled(`After ${name}`);
      expect(mailsTo(sender)).toEqual([]);
    },
  );

  test('what a server took for spam, and what complains of spam, waits for the team', async () => {
    const flagged = { from: 'prize@new.example', to: at(acme), headers: ['X-Spam-Flag: YES'] };
    await deliver(flagged);
    expect(await outcome(acme, 'prize@new.example')).toMatchObject({ status: 'held', reason: 'spam' });
    const body =
      'Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\n\r\nAn abuse report.\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n--b--';
    await deliver({ from: 'fbl@isp.example', to: at(acme), body });
    expect(await outcome(acme, 'fbl@isp.example')).toMatchObject({ status: 'held', reason: 'automatic' });
  });

  test('two mails of one Message-ID that say different things are two, and each is one however often it comes', async () => {
    const first = await post('same-id-first', { nth: 1 });
    const second = await post('same-id-second', { nth: 1 });
    expect([first.status, second.status]).toEqual(['opened', 'opened']);
    expect(second.ticket).not.toBe(first.ticket);
    const again = await Promise.all([
      post('same-id-first', { nth: 1 }),
      post('same-id-second', { nth: 1 }),
      post('same-id-second', { nth: 1 }),
    ]);
    expect(again.map(({ ticket }) => ticket)).toEqual([first.ticket, second.ticket, second.ticket]);
    const kept = await acme.query(
      () => sql`select 1 from ${table('inbound_mail')} where message_id like '<scan@device.minimal.example>%'`,
    );
    expect(kept).toHaveLength(2);
  });

  test('59: a mail with two addresses in its From is held, and joins nothing', async () => {
    const draft = {
      from: `<a@evil.example> <${mara.email}>`,
      to: toMara.replyTo,
      text: 'From the team',
      dmarc: 'pass' as const,
    };
    await deliver(draft, { from: 'a@evil.example' });
    const [line] = await acme.query<{ status: string; reason: string }>(
      () =>
        sql`select status, reason from ${table('inbound_mail')} where sender = '' and recipient = ${toMara.replyTo}`,
    );
    await settled('After two addresses');
    const lines = await acme.query<{ status: string; reason: string }>(
      () =>
        sql`select status, reason from ${table('inbound_mail')} where sender = '' and recipient = ${toMara.replyTo}`,
    );
    expect([line !== undefined, lines]).toEqual([true, [{ status: 'held', reason: 'no-sender' }]]);
    expect((await bodies(acme, number)).join()).not.toContain('From the team');
  });
});

describe('answers in a conversation of the customer’s own', () => {
  test.each([true, false])('join the ticket of one’s own mail without more proof; confirmed: %s', async (confirmed) => {
    const of = confirmed ? 'Ida' : 'Max';
    const writer = await (await acme.customer(of)).of('Globex', 'company_user');
    const id = `<first.${of}@client.example>`;
    const first = { from: writer.email, to: at(acme), subject: `Pump of ${of}`, id, dmarc: 'none' as const };
    // Whom the portal has confirmed enough to today gets no mail with an id of ours.
    if (!confirmed) await deliver({ ...first, id: `<zero.${of}@client.example>`, subject: 'Something else' });
    if (!confirmed) await outcome(acme, writer.email);
    await deliver(first);
    const { ticket } = await outcome(acme, writer.email);
    const more = { to: at(acme), subject: `Re: Pump of ${of}`, inReplyTo: id };
    await deliver({ ...more, from: writer.email, text: 'It leaks, too.' });
    expect(await outcome(acme, writer.email)).toMatchObject({ status: 'joined', ticket });
    await deliver({ ...more, from: ana.email, text: 'Of the same company, perhaps.' });
    expect(await outcome(acme, ana.email)).toMatchObject({ status: 'held', reason: 'not-theirs', ticket });
    await deliver({ ...more, from: writer.email, text: 'Forged.', dmarc: 'fail' });
    expect(await outcome(acme, writer.email)).toMatchObject({ status: 'held', reason: 'authentication' });
    await deliver({ ...more, from: `thief.${of}@evil.example`.toLowerCase(), text: 'I know the id.' });
    expect((await outcome(acme, `thief.${of}@evil.example`.toLowerCase())).ticket).not.toBe(ticket);
    expect(await bodies(acme, ticket!)).toEqual(['Hello', 'It leaks, too.']);
  });

  test('join the ticket of the mail they answer, with proof and the right to; others have one of their own', async () => {
    const [eve, bo] = [await (await acme.customer('Eve')).of('Globex', 'company_user'), await acme.customer('Bo')];
    const first = { from: eve.email, to: at(acme), cc: bo.email, subject: 'Our pump', id: '<own1@eve.example>' };
    await deliver({ ...first, dmarc: 'pass' });
    const { ticket } = await outcome(acme, eve.email);
    const answer = { to: at(acme), subject: 'Re: Our pump', inReplyTo: first.id };
    await deliver({ ...answer, from: eve.email, text: 'It leaks, too.', dmarc: 'pass' });
    expect(await outcome(acme, eve.email)).toMatchObject({ status: 'joined', ticket });
    await deliver({ ...answer, from: ana.email, text: 'Of the same company.', dmarc: 'pass' });
    expect(await outcome(acme, ana.email)).toMatchObject({ status: 'joined', ticket });
    for (const draft of [
      { from: bo.email, text: 'Not mine to answer.', dmarc: 'pass' as const },
      { from: 'thief@evil.example', text: 'I know the id.', dmarc: 'pass' as const },
    ]) {
      await deliver({ ...answer, ...draft });
      const became = await outcome(acme, draft.from);
      expect([became.status, became.ticket === ticket]).toEqual(['opened', false]);
    }
    expect(await bodies(acme, ticket!)).toEqual(['Hello', 'It leaks, too.', 'Of the same company.']);
  });
});

describe('Reply-To', () => {
  const form = 'form@website.example';
  const reply = async (of: number, body: string) =>
    acme.inside(async () => world.get(Tickets).reply(await mara.actor(), of, { body, fileIds: [] }));
  const asking = (replyTo: string, more: Partial<Draft> = {}): Draft => ({
    ...{ from: form, to: at(acme), subject: `Form ${replyTo}`, headers: [`Reply-To: ${replyTo}`], ...more },
  });
  const answersGoTo = async (draft: Draft) => {
    await deliver(draft);
    const { ticket } = await outcome(acme, draft.from);
    const [row] = await acme.query<{ to: string | null }>(
      () => sql`select answers_to as to from ${table('ticket')} where number = ${ticket}`,
    );
    return { ticket: ticket!, to: row!.to };
  };

  test('is where the answers go, and from where they are answered; nothing else is sent there', async () => {
    const { ticket, to } = await answersGoTo(asking('Lea <lea@visitor.example>', { dmarc: 'pass' }));
    expect(to).toBe('lea@visitor.example');
    await reply(ticket, 'Dear Lea, it is open on Sunday.');
    const { replyTo } = await letterTo(world, 'lea@visitor.example', 'open on Sunday');
    expect(world.mails.mails.filter((mail) => [mail.to].flat()[0]!.text.includes('lea@visitor'))).toHaveLength(1);
    await deliver({ from: 'lea@visitor.example', to: replyTo, text: 'Thank you, I will come.' });
    expect(await outcome(acme, 'lea@visitor.example')).toMatchObject({ status: 'joined', ticket });
    await deliver({ from: 'other@visitor.example', to: replyTo, text: 'Me too.', dmarc: 'pass' });
    expect(await outcome(acme, 'other@visitor.example')).toMatchObject({ status: 'held', reason: 'not-entitled' });
    await deliver({ from: 'lea@visitor.example', to: replyTo, text: 'Forged.', dmarc: 'fail' });
    expect(await outcome(acme, 'lea@visitor.example')).toMatchObject({ status: 'held', reason: 'authentication' });
  });

  test('of somebody who is known counts only with proof', async () => {
    const draft = (dmarc: 'pass' | 'none') => asking('ana.private@mail.example', { from: ana.email, dmarc });
    expect((await answersGoTo(draft('none'))).to).toBeNull();
    expect((await answersGoTo(draft('pass'))).to).toBe('ana.private@mail.example');
  });

  test.each([
    ['ours', `acme@${IN}`],
    ['ours for a ticket', `acme+r.aaaaaaaaaaaaaaaaaaaaaaaaaaaa@${IN}`],
    ['the team’s', 'mara@acme.example'],
    ['nobody’s', 'no-reply@website.example'],
    ['a mail server’s', 'MAILER-DAEMON@website.example'],
    ['the author’s', form],
    ['none', 'x@y.example\tBcc:z@y.example'],
    ['no address', 'somewhere'],
  ])('%s is not written to', async (_what, address) => {
    expect((await answersGoTo(asking(address, { dmarc: 'pass' }))).to).toBeNull();
  });

  test('of a list is not written to', async () => {
    const headers = ['Reply-To: everybody@list.example', 'List-Id: <everybody.list.example>'];
    expect((await answersGoTo(asking('', { from: 'one@list.example', dmarc: 'pass', headers }))).to).toBeNull();
  });
});

describe('the listener', () => {
  test('one mail that comes ten times at once is one message', async () => {
    const draft = { from: ana.email, to: toAna.replyTo, text: 'only once', id: '<same@client.example>' };
    const codes = await Promise.all(Array.from({ length: 10 }, () => deliver(draft)));
    expect(codes.every((code) => code === 250)).toBe(true);
    await outcome(acme, ana.email);
    expect((await bodies(acme, number)).filter((body) => body === 'only once')).toHaveLength(1);
    const files = await acme.query(
      () =>
        sql`select 1 from ${table('file')} f where f.name = 'mail.eml' and not exists (select from ${table('inbound_mail')} i where i.file_id = f.id)`,
    );
    expect(files).toEqual([]);
  });

  test('files come along, and those that are not taken are named', async () => {
    const part = (name: string, content: string) =>
      `--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(content).toString('base64')}\r\n`;
    const body = `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the files.\r\n${part('notes.txt', 'Hello')}${part('virus.exe', 'MZ')}--b--\r\n`;
    await deliver({ from: ana.email, to: toAna.replyTo, body });
    expect((await outcome(acme, ana.email)).status).toBe('joined');
    const last = (await bodies(acme, number)).at(-1)!;
    expect(last).toContain('See the files.');
    expect(last).toContain('Files like virus.exe are not accepted');
    const view = await acme.inside(async () => world.get(TicketPageReader).read(await ana.actor(), number));
    const attachments = view.messages.flatMap((message) => message.attachments.map(({ name }) => name));
    expect(attachments).toEqual(['notes.txt']);
  });

  test('57: all pictures of a mail together may cost only so much, and the rest are named', async () => {
    const side = 7_000;
    const create = { width: side, height: side, channels: 3 as const, background: '#fff' };
    const large = await sharp({ create, limitInputPixels: false }).jpeg().toBuffer();
    const small = await sharp({ create: { ...create, width: 8, height: 8 } })
      .png()
      .toBuffer();
    const part = (name: string, content: Buffer) =>
      `--b\r\nContent-Type: image/jpeg; name="${name}"\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n${content.toString('base64')}\r\n`;
    const parts = [1, 2, 3, 4, 5].map((n) => part(`wall${n}.jpg`, large)).join('') + part('lamp.jpg', small);
    const body = `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nFive walls.\r\n${parts}--b--\r\n`;
    await deliver({ from: 'walls@new.example', to: at(acme), body });
    const { ticket } = await outcome(acme, 'walls@new.example');
    expect((await bodies(acme, ticket!)).at(-1)).toContain('wall5.jpg has too many pixels');
    const view = await acme.inside(async () => world.get(TicketPageReader).read(await mara.actor(), ticket!));
    const names = view.messages.flatMap(({ attachments }) => attachments.map((file) => file.name));
    expect(names).toEqual(['wall1.jpg', 'wall2.jpg', 'wall3.jpg', 'wall4.jpg', 'lamp.png']);
  }, 60_000);

  test.each([
    ['files-of-kinds', ['IMG_0001.HEIC', 'fax.tif', 'order.xml']],
    ['picture-with-another-ending', ['photo.png', 'screenshot.png', 'LOG.txt']],
    ['uuencoded-file-in-text', ['note.txt']],
    ['winmail-file-in-properties', ['order.csv']],
  ])('the files of %s are there', async (name, files) => {
    const sender = /^From:.*<(.*)>/m.exec(readFileSync(new URL(`${name}.eml`, corpus), 'utf8'))![1]!;
    await sendRaw(port, readFileSync(new URL(`${name}.eml`, corpus)), { from: sender, to: at(acme) });
    const { ticket } = await outcome(acme, sender);
    const view = await acme.inside(async () => world.get(TicketPageReader).read(await mara.actor(), ticket!));
    expect(view.messages.flatMap(({ attachments }) => attachments.map((file) => file.name))).toEqual(files);
    expect((await bodies(acme, ticket!)).join()).not.toContain('⚠');
  });

  test('nobody’s address, a tenant that is away, and 25 MB', async () => {
    expect(await deliver({ from: ana.email, to: `nobody@${IN}` })).toBe(550);
    expect(await deliver({ from: ana.email, to: 'acme@elsewhere.example' })).toBe(550);
    const away = await world.tenant('away');
    const staff = await world.staff();
    await staff.get('/');
    await staff.post(`/tenants/${away.tenant.id}/suspension`, { reason: 'Asleep', confirmed: '1' });
    expect(await deliver({ from: ana.email, to: `away@${IN}` })).toBe(450);
    expect(await deliver({ from: ana.email, to: at(acme), text: 'x\r\n'.repeat(9_000_000) })).toBe(552);
  });
});

describe('the webhook', () => {
  const post = async (tenant: TestTenant, path: string, body: string, type = 'message/rfc822') => {
    const { default: request } = await import('supertest');
    return request(world.app.getHttpServer()).post(path).set({ Host: tenant.host, 'Content-Type': type }).send(body);
  };
  const addressOf = async (tenant: TestTenant) => {
    const page = await (await tenant.owner.browser()).get('/console/settings/mail-in');
    return /\/inbound\/[\w-]+/.exec(page.text)![0];
  };

  test('takes mails as they are, in a form, and in JSON', async () => {
    const path = await addressOf(acme);
    const mail = (n: number) => raw({ from: `hook${n}@new.example`, to: at(acme), text: `By hook ${n}` });
    expect((await post(acme, path, mail(1))).body).toEqual({ kept: true });
    const form = new URLSearchParams({ recipient: at(acme), 'body-mime': mail(2) });
    expect((await post(acme, path, form.toString(), 'application/x-www-form-urlencoded')).status).toBe(200);
    expect((await post(acme, path, JSON.stringify({ RawEmail: mail(3) }), 'application/json')).status).toBe(200);
    const multipart = `--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n${mail(4)}\r\n--x--\r\n`;
    expect((await post(acme, path, multipart, 'multipart/form-data; boundary=x')).status).toBe(200);
    for (const n of [1, 2, 3, 4]) expect((await outcome(acme, `hook${n}@new.example`)).status).toBe('opened');
  });

  test('is there only for who knows its address, on its own host, and a new one ends the old', async () => {
    const path = await addressOf(acme);
    const mail = raw({ from: 'hook9@new.example', to: at(acme) });
    expect((await post(bolt, path, mail)).status).toBe(404);
    expect((await post(acme, `${path}x`, mail)).status).toBe(404);
    const owner = await acme.owner.browser();
    await owner.get('/console/settings/mail-in');
    expect((await owner.post('/console/settings/mail-in/webhook')).status).toBe(303);
    expect((await post(acme, path, mail)).status).toBe(404);
    expect((await post(acme, await addressOf(acme), '')).status).toBe(422);
  });
});

describe('the log', () => {
  test('shows what became of mails, lets read them again, and makes tickets of held ones', async () => {
    const owner = await acme.owner.browser();
    const page = await owner.get('/console/settings/mail-log?status=held&q=forged%40bank');
    expect(page.text).toContain('forged@bank.example');
    const [, path] = /action="(\/console\/settings\/mail-log\/[0-9a-f-]+)\/acceptance"/.exec(page.text)!;
    expect((await owner.get(`${path}/source`)).headers['location']).toContain('files.localhost');
    expect((await owner.post(`${path}/retry`)).status).toBe(303);
    expect(await outcome(acme, 'forged@bank.example')).toMatchObject({ status: 'held', reason: 'authentication' });
    expect((await owner.post(`${path}/acceptance`)).status).toBe(303);
    expect((await outcome(acme, 'forged@bank.example')).status).toBe('opened');
    expect((await owner.post(`${path}/acceptance`)).status).toBe(409);
  });

  test('of what is held is the agents’ page as well: there a web form’s question becomes a ticket, or is dismissed', async () => {
    const question = (n: number) => ({
      ...{ from: `form${n}@website.example`, to: at(acme), subject: `A visitor asks ${n}`, text: 'When do you open?' },
      headers: ['Auto-Submitted: auto-generated', `Reply-To: visitor${n}@home.example`],
    });
    for (const n of [1, 2]) {
      await deliver(question(n));
      expect(await outcome(acme, `form${n}@website.example`)).toMatchObject({ status: 'held', reason: 'automatic' });
    }
    const agent = await mara.browser();
    expect((await agent.get('/console/tickets')).text).toContain('href="/console/held-mails"');
    const pathOf = async (subject: string, verb: string) => {
      const { text } = await agent.get('/console/held-mails');
      const row = text.split('<tr>').find((one) => one.includes(subject));
      return row === undefined ? null : new RegExp(`action="([^"]+)/${verb}"`).exec(row)![1]!;
    };
    const [first, second] = [
      await pathOf('A visitor asks 1', 'acceptance'),
      await pathOf('A visitor asks 2', 'dismissal'),
    ];
    expect((await agent.get(`${first}/source`)).headers['location']).toContain('files.localhost');
    expect((await agent.post(`${first}/acceptance`)).status).toBe(303);
    expect((await agent.post(`${second}/dismissal`)).status).toBe(303);
    expect(await outcome(acme, 'form1@website.example')).toMatchObject({ status: 'opened' });
    expect(await outcome(acme, 'form2@website.example')).toMatchObject({ status: 'refused', reason: 'dismissed' });
    expect([await pathOf('A visitor asks 1', 'acceptance'), await pathOf('A visitor asks 2', 'dismissal')]).toEqual([
      null,
      null,
    ]);
    expect((await agent.post(`${second}/acceptance`)).status).toBe(409);
    expect((await agent.post(`${second}/dismissal`)).status).toBe(409);
    expect((await (await ana.browser()).get('/console/held-mails')).status).not.toBe(200);
  });

  test('shows what somebody wrote to those alone who see all tickets', async () => {
    const id = (n: number) => `0190f000-0000-7000-8000-0000000000e${n}`;
    const roles: [Record<string, 'none' | 'assigned' | 'all'>, 'everything' | 'the log' | 'nothing'][] = [
      [{ 'tickets.view': 'all', 'tickets.open-for': 'all', 'people.view': 'all' }, 'everything'],
      [{ 'tickets.view': 'assigned', 'tickets.open-for': 'all', 'people.view': 'all' }, 'nothing'],
      [{ 'tickets.open-for': 'all', 'people.view': 'all' }, 'nothing'],
      [{ 'tickets.view': 'all' }, 'nothing'],
      [{ 'tickets.view': 'assigned', 'settings.manage': 'all' }, 'the log'],
      [{ 'settings.manage': 'all' }, 'the log'],
    ];
    await acme.inside(() =>
      world.get(Collections).apply(
        teamRoles,
        roles.map(([scopes], n) => ({ id: id(n), name: `Mail ${n}`, scopes })),
      ),
    );
    await deliver({
      ...{ from: 'secret@website.example', to: at(acme), subject: 'A held secret', text: 'For few' },
      headers: ['Auto-Submitted: auto-generated'],
    });
    await outcome(acme, 'secret@website.example');
    const [{ id: mail } = { id: '' }] = await acme.query<{ id: string }>(
      () => sql`select id from ${table('inbound_mail')} where sender = 'secret@website.example'`,
    );
    const nobody = await acme.agent('Nadir', 'viewer');
    const browser = await nobody.browser();
    for (const [n, [, sees]] of roles.entries()) {
      await acme.change(
        () => sql`update ${table('person')} set team_role = ${id(n)} where email = ${nobody.email} returning 1`,
      );
      const home = await browser.get('/console/account');
      expect([n, home.status, home.text.includes('href="/console/held-mails"')]).toEqual([
        ...[n, 200, sees === 'everything'],
      ]);
      const pages = ['/console/held-mails', `/console/held-mails/${mail}/source`];
      for (const path of pages)
        expect([n, (await browser.get(path)).status === 403]).toEqual([n, sees !== 'everything']);
      if (sees !== 'everything')
        for (const verb of ['acceptance', 'dismissal'])
          expect([n, (await browser.post(`/console/held-mails/${mail}/${verb}`)).status]).toEqual([n, 403]);
      if (sees !== 'the log') continue;
      const log = await browser.get('/console/settings/mail-log?q=secret%40website');
      expect([log.text.includes('secret@website.example'), log.text.includes('A held secret')]).toEqual([true, false]);
      expect((await browser.get('/console/settings/mail-log?q=A+held+secret')).text).not.toContain('secret@website');
      expect(log.text).not.toMatch(/\/(?:source|acceptance)"/);
      expect((await browser.get(`/console/settings/mail-log/${mail}/source`)).status).toBe(403);
      expect((await browser.post(`/console/settings/mail-log/${mail}/acceptance`)).status).toBe(403);
    }
    expect(await outcome(acme, 'secret@website.example')).toMatchObject({ status: 'held' });
  });

  test('is for those who manage the portal', async () => {
    expect((await (await mara.browser()).get('/console/settings/mail-log')).status).toBe(403);
  });

  test('goes on from page to page', async () => {
    await acme.change(
      () => sql`insert into ${table('inbound_mail')} (id, message_id, way, sender, recipient, subject, status)
              select gen_random_uuid(), 'page' || n, 'smtp', 'many@new.example', 'x', 'Page ' || n, 'refused' from generate_series(1, 120) n`,
    );
    const owner = await acme.owner.browser();
    let path: string | undefined = '/console/settings/mail-log?q=many%40new';
    const seen = new Set<string>();
    for (let pages = 0; path && pages < 5; pages++) {
      const { text } = await owner.get(path);
      for (const [, subject] of text.matchAll(/<bdi>(Page \d+)<\/bdi>/g)) seen.add(subject!);
      path = /rel="next" href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=');
    }
    expect(seen.size).toBe(120);
  });
});

test('only known people open tickets where the team wants it so, and blocked ones are not heard', async () => {
  const owner = await bolt.owner.browser();
  await owner.get('/console/settings/mail-in');
  const saved = await owner.post('/console/settings/mail-in', {
    opening: 'known',
    blocked: 'evil.example, münchen.example, x@bücher.example',
    allowed: '',
    forwards: '',
  });
  expect(saved.status).toBe(303);
  await deliver({ from: 'somebody@new.example', to: at(bolt) });
  expect(await outcome(bolt, 'somebody@new.example')).toMatchObject({ status: 'refused', reason: 'unknown-sender' });
  await deliver({ from: 'x@evil.example', to: at(bolt) });
  expect(await outcome(bolt, 'x@evil.example')).toMatchObject({ status: 'refused', reason: 'blocked' });
  await deliver({ from: 'y@mx2.evil.example', to: at(bolt) });
  expect(await outcome(bolt, 'y@mx2.evil.example')).toMatchObject({ status: 'refused', reason: 'blocked' });
  expect((await owner.get('/console/settings/mail-in')).text).toContain(
    'evil.example\nmünchen.example\nx@bücher.example',
  );
  for (const sender of ['y@xn--mnchen-3ya.example', 'x@xn--bcher-kva.example']) {
    await deliver({ from: sender, to: at(bolt) });
    expect(await outcome(bolt, sender)).toMatchObject({ status: 'refused', reason: 'blocked' });
  }
  await deliver({ from: 'z@notevil.example', to: at(bolt) });
  expect(await outcome(bolt, 'z@notevil.example')).toMatchObject({ status: 'refused', reason: 'unknown-sender' });
  const [kept] = await bolt.inside(() =>
    world
      .get(Database)
      .read((em) => rows(em, sql`select file_id from ${table('inbound_mail')} where sender = 'x@evil.example'`)),
  );
  expect(kept).toEqual({ file_id: null });
  const wrong = await owner.post('/console/settings/mail-in', {
    opening: 'known',
    blocked: 'not an address',
    allowed: '',
    forwards: '',
  });
  expect(wrong.status).toBe(422);
});

test('57: a mail at which reading is stopped is held for the team, and the next one is read', async () => {
  const stopping = new AbortController();
  const stopped = stopReaders(stopping.signal);
  await deliver({ from: 'endless@new.example', to: at(acme) });
  expect(await outcome(acme, 'endless@new.example')).toMatchObject({ status: 'held', reason: 'unreadable' });
  stopping.abort();
  await stopped;
  const team = await acme.owner.browser();
  expect((await team.get('/console/settings/mail-log')).text).toContain('endless@new.example');
  await deliver({ from: 'brief@new.example', to: at(acme) });
  expect(await outcome(acme, 'brief@new.example')).toMatchObject({ status: 'opened' });
});

/** Ends every process that reads mails as soon as it is seen, as the deadline would. */
async function stopReaders(until: AbortSignal): Promise<void> {
  const ours = () => readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
  while (!until.aborted) {
    for (const pid of ours().filter((pid) => commandOf(pid).includes('mail-process'))) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It has ended by itself in this moment.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

test('58: mails have a space of their own', async () => {
  const [{ mails, others }] = (await acme.inside(() =>
    world.get(Database).read((em) =>
      rows(
        em,
        sql`select count(*) filter (where by_mail)::int as mails, count(*) filter (where not by_mail)::int as others
              from ${table('file')} where name = 'mail.eml'`,
      ),
    ),
  )) as [{ mails: number; others: number }];
  expect({ mails: mails > 0, others }).toEqual({ mails: true, others: 0 });
});
