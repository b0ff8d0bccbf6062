import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { Api, moment } from '@foyer/api';
import { portalApi } from '@foyer/identity';
import { SUBJECT_MAX } from '@foyer/requests';
import { field } from '@foyer/web';
import { Watching } from '../access/watching.js';
import { Merges } from '../merges.js';
import { Snoozes } from '../snoozes.js';
import { TicketPageReader } from '../ticket-page.js';
import { TicketRecords } from './ticket-records.js';
import {
  numberInBody as other,
  person,
  ticket,
  ticketParams as params,
  ticketsRead,
  ticketsWrite,
} from './ticket-wire.js';

const feature = 'tickets';
const done = { feature, scope: ticketsWrite, output: null };

/** Tickets and each other, who follows them, and what is laid aside, for programs. */
@Injectable()
export class RelationsOperations implements OnModuleInit {
  constructor(
    private readonly api: Api,
    private readonly merges: Merges,
    private readonly watching: Watching,
    private readonly snoozes: Snoozes,
    private readonly page: TicketPageReader,
    private readonly records: TicketRecords,
  ) {}

  onModuleInit(): void {
    this.api.add(...this.eachOther(), ...this.followers(), ...this.aside());
  }

  private eachOther() {
    const { post, remove } = portalApi;
    return [
      post(
        '/tickets/{number}/merge',
        { ...done, id: 'mergeTicket', summary: 'Merge a ticket into another', params, body: z.object({ into: other }) },
        ({ actor, params: { number }, body: { into } }) => this.merges.merge(actor, number, into),
      ),
      remove(
        '/tickets/{number}/merge',
        { ...done, id: 'unmergeTicket', summary: 'Take a merge back', params },
        ({ actor, params: { number } }) => this.merges.unmerge(actor, number),
      ),
      post(
        '/tickets/{number}/split',
        {
          ...{ feature, scope: ticketsWrite, id: 'splitTicket', summary: 'Move messages into a ticket of their own' },
          ...{ params, output: ticket },
          body: z.object({ subject: field.text(SUBJECT_MAX), message_ids: z.array(z.uuid()).min(1).max(200) }),
        },
        async ({ actor, params: { number }, body: { subject, message_ids } }) => {
          const added = await this.merges.split(actor, number, message_ids, subject);
          return this.records.one(actor, added.number);
        },
      ),
      post(
        '/tickets/{number}/links',
        { ...done, id: 'linkTickets', summary: 'Link a ticket with another', params, body: z.object({ other }) },
        ({ actor, params: { number }, body }) => this.merges.link(actor, number, body.other),
      ),
      remove(
        '/tickets/{number}/links/{other}',
        {
          ...done,
          id: 'unlinkTickets',
          summary: 'Take a link away',
          params: params.extend({ other: params.shape.number }),
        },
        ({ actor, params: { number, other: linked } }) => this.merges.unlink(actor, number, linked),
      ),
    ];
  }

  private followers() {
    const { get, post, remove } = portalApi;
    return [
      get(
        '/tickets/{number}/followers',
        {
          ...{ feature, scope: ticketsRead, id: 'listFollowers', summary: 'Who follows a ticket', params },
          output: z.object({ data: z.array(person) }),
        },
        async ({ actor, params: { number } }) => {
          const { watchers } = await this.page.read(actor, number, 'none');
          // Customers know of each other; who of the team follows is the team's to know.
          return { data: actor.teamRole === null ? watchers.filter(({ team }) => !team) : watchers };
        },
      ),
      post(
        '/tickets/{number}/followers',
        { ...done, id: 'shareTicket', summary: 'Share a ticket', params, body: z.object({ email: field.email }) },
        ({ actor, params: { number }, body: { email } }) => this.watching.share(actor, number, email),
      ),
      remove(
        '/tickets/{number}/followers/{person}',
        {
          ...done,
          id: 'unshareTicket',
          summary: 'Share a ticket no more',
          params: params.extend({ person: z.uuid() }),
        },
        ({ actor, params: { number, person: id } }) => this.watching.unshare(actor, number, id),
      ),
    ];
  }

  private aside() {
    const { post, remove } = portalApi;
    return [
      post(
        '/tickets/{number}/snooze',
        {
          ...{ ...done, id: 'snoozeTicket', summary: 'Lay a ticket aside', params, called: { at: 'until' } },
          body: z.object({ until: moment }),
        },
        ({ actor, params: { number }, body: { until } }) => this.snoozes.begin(actor, number, new Date(until)),
      ),
      remove(
        '/tickets/{number}/snooze',
        { ...done, id: 'unsnoozeTicket', summary: 'Take a ticket up again', params },
        ({ actor, params: { number } }) => this.snoozes.end(actor, number),
      ),
    ];
  }
}
