import type { Config } from '@foyer/config';
import type { SetupResult } from '../commands/setup.js';

/** What a person sees when everything runs. */
export function greeting({ baseUrl, mailbox, smtpUrl, stripe }: Config, { staff, demos }: SetupResult): string {
  const origin = (name: string) => `${baseUrl.protocol}//${name}.${baseUrl.host}`;
  const rows: [string, string][] = [
    ['Sign up a business', baseUrl.origin],
    ...demos.map(({ name, slug }): [string, string] => [`Portal of ${name}`, origin(slug)]),
    ['Staff', origin('admin')],
  ];
  if (!smtpUrl) rows.push(['Sent emails', `http://localhost:${mailbox.pagePort}`]);
  if (stripe?.apiBase) rows.push(['Stripe sandbox', stripe.apiBase.replace('127.0.0.1', 'localhost')]);
  const signIns = demos.flatMap(({ slug, people }) =>
    people.map(({ as, email, password }): [string, string] => [`${as} of ${slug}`, `${email}  ${password}`]),
  );
  const sections = ['Foyer is ready', '', ...table(rows)];
  if (signIns.length > 0)
    sections.push('', 'Demo sign-ins (team members: add /console to the address)', ...table(signIns));
  if (staff) sections.push('', 'First staff account (not shown again)', ...table([[staff.email, staff.password]]));
  return `\n${sections.join('\n')}\n\nPress Ctrl-C to stop.\n`;
}

function table(rows: [string, string][]): string[] {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`);
}
