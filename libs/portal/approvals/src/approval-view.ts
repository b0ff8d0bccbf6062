import type { Visit } from '@foyer/web';
import type { Approval } from './approval-part.js';

const TONES: Record<Approval['status'], string> = {
  ...{ waiting: 'warn', approved: 'good', rejected: 'bad' },
  ...{ withdrawn: '', settled: '' },
};

/** One question as pages list it. `able`: those who may still decide, where that is known. */
export function approvalView(
  visit: Pick<Visit, 't'>,
  { id, approver, approverId, askedBy, status, question, comment, createdAt, decidedAt }: Approval,
  able?: ReadonlySet<string>,
) {
  const stale = status === 'waiting' && able !== undefined && !able.has(approverId);
  return {
    ...{ id, approver, question, comment, createdAt, decidedAt, stale },
    askedBy: askedBy ?? visit.t('tickets.event.nobody'),
    waiting: status === 'waiting',
    tone: TONES[status],
    label: visit.t(`tickets.approval.status.${status}`),
  };
}
