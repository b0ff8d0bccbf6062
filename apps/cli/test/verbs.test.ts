import { expect, test } from '@jest/globals';
import { callGraph, leadingTo } from './call-graph.js';

/** Verbs of the data plane that write and tell nobody, and why that is right. */
const SILENT: Record<string, string> = {
  'MailLog.sweep': 'forgets what has been kept long enough',
  'Attachments.areReady': 'locks files, for verbs that tell of what they do',
  'Attachments.take': 'a file hangs on nothing until its message is sent',
  'Attempts.note': 'what came by a connection; that somebody was let in, or not, is told of',
  'BrandPictures.keep': 'a file; the settings that name it are told of',
  'MailFiles.keep': 'a file; the message it hangs on is told of',
  'Companies.hold': 'locks a company, for verbs that tell of what they do',
  'Companies.actFor': 'which of their companies somebody looks at',
  'Drafts.keep': 'words that nobody has sent',
  'Drafts.discard': 'words that nobody has sent',
  'Factors.rename': 'a name that its owner alone reads',
  'SecurityController.rename': 'a name that its owner alone reads',
  'Flows.use': 'what counts once',
  'Replays.mustBeFirst': 'what counts once',
  'LiveTickets.here': 'who looks at a ticket right now',
  'SeenTickets.now': 'what somebody has looked at',
  'PersonPasswords.set': 'by verbs that tell of it, and by packs, which make a portal',
  'SentTickets.refile': 'tickets of a category that goes; that it went, and where to, is told of',
  'SettingsMemory.changed': 'a signal between processes',
  'TenantThemes.templateFailed': 'notes why a template is not used; who published it is told on its page',
  'TicketThread.find': 'locks a ticket, for verbs that tell of what they do',
  'TicketThread.remember': 'words a ticket is found by, of verbs that tell of it',
  'TicketThread.touched': 'a signal between processes',
  'Turns.next': 'whose turn it is; that a ticket was given to them is told of',
  'Metering.tell': 'what Stripe is told, not what anybody did',
  'Seats.amongCustomers': 'locks and counts, for verbs that tell of what they do',
  'Seats.inTeam': 'the same',
  // They read what the enclosing write has done so far.
  'SignIns.sweep': 'forgets what has been kept long enough',
  'SignOnGuard.canActivate': 'sends somebody to their provider',
  'KeyCallers.find': 'reads; that a key is in use is noted beside it',
  'KeyCallers.shown': 'the same',
  'Rows.forget': 'makes room for what is said anew, which is told',
  'Conversations.continuedBy': 'reads',
  'PortalPrincipals.find': 'reads; that a session is in use is noted beside it',
  'Senders.isTeam': 'reads',
};

test('each verb that changes something tells of it: audit, webhooks and analytics go by nothing else', () => {
  const all = callGraph();
  const at = (name: string, file: string) => all.find((one) => one.name === name && one.file.startsWith(file))!;
  const telling = leadingTo(at('Outbox.publish', 'libs/core/events'));
  const writing = leadingTo(at('Transactions.write', 'libs/core/database'));
  expect([telling.size, writing.size].every((size) => size > 100)).toBe(true);
  const silent = all.filter(
    (one) =>
      one.file.startsWith('libs/portal/') &&
      (one.isPublicMethod || one.isOneOfSeveral) &&
      !one.isOfController &&
      one.name.split('.')[1] !== 'onModuleInit' &&
      writing.has(one) &&
      !telling.has(one) &&
      // What is only called by verbs that tell is a part of them.
      (one.isOneOfSeveral || one.callers.size === 0 || [...one.callers].some((caller) => !telling.has(caller))),
  );
  expect(silent.map(({ name }) => name).sort()).toEqual(Object.keys(SILENT).sort());
});
