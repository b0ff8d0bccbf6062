/** The page `deploy/events.md` as the code says it. */
export function eventsPage(): string;
