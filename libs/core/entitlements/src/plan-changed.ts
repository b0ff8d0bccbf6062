import { EventName } from '@foyer/events';

/** What the tenant may do is another than before: its plan, what staff let it have besides, or the state it is in. */
@EventName('entitlements.plan-changed')
export class PlanChanged {
  constructor(
    readonly plan: string,
    readonly status: string,
    /** The state before. */
    readonly before: string,
    /** Why it is in that state, one of `Reason` of `@foyer/tenants`. */
    readonly reason: string | null,
  ) {}
}
