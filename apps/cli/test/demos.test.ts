import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { passwordProblem } from '@foyer/credentials';
import { PRIORITIES, TICKET_STATUSES } from '@foyer/requests';
import { completeSettings, contrastReport, type ThemeSetting } from '@foyer/theming';

interface Member {
  email: string;
  role: string;
  password?: string;
}
interface Ticket {
  requester: string;
  company?: string;
  category?: string;
  status: string;
  priority?: string;
  assignee?: string;
  messages: { from: string; note?: boolean }[];
}

const ROOT = new URL('../../../tenants/', import.meta.url);
const read = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, ROOT), 'utf8')) as T;
const demos = readdirSync(ROOT).filter(
  (id) => existsSync(new URL(`${id}/tenant.json`, ROOT)) && read<{ slug?: string }>(`${id}/tenant.json`).slug,
);
const theme = read<{ settings: ThemeSetting[] }>('default/theme/manifest.json').settings;

test('there are three demo businesses, one of them written from right to left', () => {
  const locales = demos.map((id) => read<{ general: { defaultLocale: string } }>(`${id}/settings.json`).general);
  expect(locales.map(({ defaultLocale }) => defaultLocale).sort()).toEqual(['ar', 'de', 'en']);
});

describe.each(demos)('%s', (id) => {
  const { team, companies, customers } = read<{
    team: Member[];
    companies: { name: string; members: Member[] }[];
    customers: Member[];
  }>(`${id}/people.json`);
  const { categories, tickets } = read<{ categories: string[]; tickets: Ticket[] }>(`${id}/tickets.json`);
  const { blueprint } = read<{ blueprint?: string }>(`${id}/tenant.json`);
  const ofTheTrade = blueprint ? read<{ categories: string[] }>(`${blueprint}/tickets.json`).categories : [];
  const offered = [...ofTheTrade, ...categories];
  const emails = (people: Member[]) => people.map(({ email }) => email);

  test('its colours can be read', () => {
    const { branding } = read<{ branding: { settings: Record<string, unknown> } }>(`${id}/settings.json`);
    const report = contrastReport(theme, completeSettings(theme, branding.settings));
    expect(report.filter(({ passes }) => !passes)).toEqual([]);
  });

  test('its demo passwords are ones that people could choose', async () => {
    const able = [...team, ...companies.flatMap(({ members }) => members), ...customers].filter((one) => one.password);
    expect(able.length).toBeGreaterThanOrEqual(4);
    for (const { email, password } of able) expect(await passwordProblem(password!, [email])).toBeNull();
  });

  test('its tickets are in every status and priority, and open ones wait for somebody and for nobody', () => {
    expect(new Set(tickets.map(({ status }) => status))).toEqual(new Set(TICKET_STATUSES));
    expect(new Set(tickets.map(({ priority = 'normal' }) => priority))).toEqual(new Set(PRIORITIES));
    expect(tickets.some(({ assignee }) => !assignee) && tickets.some(({ assignee }) => assignee)).toBe(true);
  });

  test('nobody does on a ticket what their place would not let them', () => {
    const working = emails(team.filter(({ role }) => ['owner', 'admin', 'agent'].includes(role)));
    for (const { requester, company, category, assignee, messages } of tickets) {
      const colleagues = companies.find(({ name }) => name === company)?.members ?? [];
      expect(company ? emails(colleagues) : emails(customers)).toContain(requester);
      expect(messages[0]!.from).toBe(requester);
      if (assignee) expect(working).toContain(assignee);
      if (category) expect(offered).toContain(category);
      const seeing = emails(colleagues.filter(({ role, email }) => role !== 'user' || email === requester));
      for (const { from, note } of messages)
        expect([...working, ...(note ? [] : [...seeing, requester])]).toContain(from);
    }
  });
});
