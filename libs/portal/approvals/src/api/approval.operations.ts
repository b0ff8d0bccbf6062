import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { Api, instant } from '@foyer/api';
import { portalApi } from '@foyer/identity';
import { onTicketByKey, onTicketReadByKey, partOf, QUESTION_MAX, TicketPageReader } from '@foyer/tickets';
import { field } from '@foyer/web';
import { approvalPart } from '../approval-part.js';
import { Approvals } from '../approvals.js';

const person = z.object({ id: z.uuid(), name: z.string() });
const approval = z
  .object({
    id: z.uuid(),
    status: z.enum(['waiting', 'approved', 'rejected', 'withdrawn', 'settled']),
    approver: person,
    asked_by: z.string().nullable(),
    question: z.string(),
    comment: z.string(),
    created_at: instant,
    decided_at: instant.nullable(),
  })
  .meta({ id: 'Approval' });

/** Asking the customer's company, for programs. Whoever is asked answers in person. */
@Injectable()
export class ApprovalOperations implements OnModuleInit {
  constructor(
    private readonly api: Api,
    private readonly approvals: Approvals,
    private readonly page: TicketPageReader,
  ) {}

  onModuleInit(): void {
    const { get, post, remove } = portalApi;
    const { params } = onTicketByKey;
    this.api.add(
      get(
        '/tickets/{number}/approvals',
        {
          ...{ ...onTicketReadByKey, id: 'listApprovals', summary: 'Who was asked whether a request may go ahead' },
          output: z.object({ data: z.array(approval) }),
        },
        async ({ actor, params: { number } }) => {
          const asked = partOf(await this.page.read(actor, number, 'none'), approvalPart);
          return {
            data: asked.map(({ approver: name, approverId, askedBy, createdAt, decidedAt, ...rest }) => ({
              ...{ ...rest, approver: { id: approverId, name }, asked_by: askedBy },
              ...{ created_at: createdAt, decided_at: decidedAt },
            })),
          };
        },
      ),
      post(
        '/tickets/{number}/approvals',
        {
          ...{ ...onTicketByKey, id: 'askForApproval', summary: 'Ask whether a request may go ahead', output: null },
          description: 'The ticket is on hold until they have decided.',
          body: z.object({
            approver_ids: z
              .array(z.uuid())
              .min(1)
              .max(50)
              .optional()
              .describe('All who administer its company and may approve, unless said otherwise.'),
            question: field.words(QUESTION_MAX).default(''),
            all: z.boolean().default(false).describe('Whether all must approve; else the first decision counts.'),
          }),
        },
        ({ actor, params: { number }, body: { approver_ids: approvers, question, all } }) =>
          this.approvals.ask(actor, number, { approvers: approvers ?? 'company-admins', question, all }),
      ),
      remove(
        '/tickets/{number}/approvals/{approval}',
        {
          ...{ ...onTicketByKey, id: 'withdrawApproval', summary: 'Take a question for approval back', output: null },
          params: params.extend({ approval: z.uuid() }),
        },
        ({ actor, params: { number, approval: id } }) => this.approvals.withdraw(actor, number, id),
      ),
    );
  }
}
