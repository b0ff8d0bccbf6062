/** What an invitation says, in facts only: its words belong to whoever wrote it. */
export interface Invite {
  method: string;
  summary: string;
  start: string;
  end: string;
  location: string;
  /** How the sender answered, in a REPLY: ACCEPTED, DECLINED, TENTATIVE. */
  answer: string;
}

const FIELDS = new Set(['METHOD', 'SUMMARY', 'DTSTART', 'DTEND', 'LOCATION', 'ATTENDEE']);

/** The first event of an iCalendar text (RFC 5545); null when there is none. */
export function readInvite(calendar: string): Invite | null {
  if (!/^BEGIN:VEVENT/im.test(calendar)) return null;
  const found = new Map<string, { value: string; parameters: string }>();
  const lines = calendar
    .slice(0, 200_000)
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/);
  let inEvent = false;
  for (const line of lines) {
    if (/^BEGIN:VEVENT/i.test(line)) inEvent = true;
    if (/^END:VEVENT/i.test(line)) break;
    const colon = colonOf(line);
    const name = line
      .slice(0, colon < 0 ? 0 : colon)
      .split(';')[0]!
      .toUpperCase();
    if (colon < 0 || !FIELDS.has(name) || found.has(name) || (!inEvent && name !== 'METHOD')) continue;
    found.set(name, { value: unescaped(line.slice(colon + 1)), parameters: line.slice(name.length, colon) });
  }
  const value = (name: string) => found.get(name)?.value.slice(0, 500) ?? '';
  return {
    method: value('METHOD').toUpperCase(),
    summary: value('SUMMARY'),
    start: moment(found.get('DTSTART')),
    end: moment(found.get('DTEND')),
    location: value('LOCATION'),
    answer: /PARTSTAT=([A-Z-]+)/i.exec(found.get('ATTENDEE')?.parameters ?? '')?.[1]?.toUpperCase() ?? '',
  };
}

/** One line for people, without words of any language. */
export function inviteLine({ method, summary, start, end, location, answer }: Invite): string {
  const sign = method === 'CANCEL' ? '❌' : method !== 'REPLY' ? '📅' : answer === 'DECLINED' ? '👎' : '👍';
  const until = end.slice(0, 10) === start.slice(0, 10) ? end.slice(11) : end;
  return `${sign} ${[summary, until ? `${start} – ${until}` : start, location].filter(Boolean).join(' · ')}`;
}

/** The colon that ends name and parameters; one in quotes does not. */
function colonOf(line: string): number {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"') quoted = !quoted;
    if (line[at] === ':' && !quoted) return at;
  }
  return -1;
}

const unescaped = (text: string) =>
  text
    .replace(/\\n/gi, ' ')
    .replace(/\\([,;\\])/g, '$1')
    .trim();

/** `20261121T100000Z` → `2026-11-21 10:00 UTC`. */
function moment(field: { value: string; parameters: string } | undefined): string {
  const [, year, month, day, hour, minute, utc] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z)?)?$/.exec(field?.value ?? '') ?? [];
  if (!year) return '';
  const zone = utc ? 'UTC' : (/TZID="?([^";:]+)/i.exec(field!.parameters)?.[1] ?? '');
  return [`${year}-${month}-${day}`, hour ? `${hour}:${minute}` : '', hour ? zone : ''].filter(Boolean).join(' ');
}
