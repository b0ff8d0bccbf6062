/** What operators can choose at sign-up. Billing decides later what each allows; all begin with a trial. */
export const PLANS = ['starter', 'team', 'business'] as const;
export type PlanName = (typeof PLANS)[number];
