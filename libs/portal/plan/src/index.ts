export { PlanModule } from './plan.module.js';
export { PlanMails } from './jobs/plan-mails.js';
