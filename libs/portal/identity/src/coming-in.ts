import { z } from 'zod';
import { field, type FormState, safeReturn, type SeeOther, seeOther, show, type Visit } from '@foyer/web';
import type { Arrivals } from './arrivals.js';
import type { Person } from './person.entity.js';
import type { SignIn } from './sign-in.js';

/** Of either door. */
export const signInForm = z.object({
  email: field.signInEmail,
  password: field.password,
  return_to: z.string().optional().catch(undefined),
});
export type SignInForm = z.output<typeof signInForm>;
/** What the link of a mail brings. */
export const linkToken = z.string().min(20).max(100);
export const byLink = { given: ['token'] } as const;
export const arriving = { given: ['return_to'] } as const;

/** For a link that was used, has had its time, or never was. */
export const linkExpired = (more: object = {}) => show('identity/customer/link-expired', more, 410);

/** Signs in from either door; undefined when the form has to be shown again. */
export async function enter(
  { signIn, arrivals }: Door,
  visit: Visit,
  form: FormState<SignInForm>,
  home: string,
): Promise<SeeOther | undefined> {
  return form.attempt(async ({ email, password, return_to: wanted }) => {
    const person = await knownBy(signIn, visit, email, password);
    return arrivals.arrive(visit, person, { way: 'password', to: safeReturn(wanted, home) });
  });
}
interface Door {
  signIn: SignIn;
  arrivals: Arrivals;
}

/** Whose password it is that was typed in this browser. @throws InvalidField, TooMany */
export const knownBy = (signIn: SignIn, visit: Visit, email: string, password: string): Promise<Person> =>
  signIn.withPassword(email, password, { ...visit.device, known: visit.cookie('device') });

/** Ends the session of this browser, also one that is over already. */
export async function leave({ signIn, arrivals }: Door, visit: Visit, to: string): Promise<SeeOther> {
  const secret = visit.cookie('session');
  if (secret) await signIn.out(secret);
  visit.signOut();
  return seeOther((await arrivals.goodbye(visit)) ?? to, 'identity.sign-out.done');
}

/** For fields that only some readers of a page have to fill. */
export function required<Fields extends Record<string, unknown>>(
  form: FormState<Fields>,
  ...names: (keyof Fields & string)[]
): void {
  for (const name of names) if (!form.failed && !form.value[name]) form.fail(name, 'web.form.required');
}

/** Where somebody was going when they were asked to sign in or to register, and the way to the other of the two. */
export function goingOn(wanted: unknown) {
  const returnTo = safeReturn(wanted, '') || null;
  return { returnTo, query: returnTo ? `?return_to=${encodeURIComponent(returnTo)}` : '' };
}
