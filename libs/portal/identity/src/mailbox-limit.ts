import type { Limit, Limits } from '@foyer/credentials';

/** For each purpose apart, so that one cannot use up the other's, and over all tenants: it is one mailbox. */
const mailsFor = (purpose: string): Limit => ({
  ...{ name: `identity-mail-${purpose}`, points: 5, seconds: 3600 },
  across: 'platform',
});

/** Nobody can have a stranger's mailbox filled: beyond a few mails an hour an address gets none, silently. */
export const mayMail = (limits: Limits, purpose: string, email: string): Promise<boolean> =>
  limits.count(mailsFor(purpose), email).then(
    () => true,
    () => false,
  );
