import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { holds, NotFound } from '@foyer/access';
import { Api } from '@foyer/api';
import { portalApi, type PortalActor } from '@foyer/identity';
import {
  type Asked,
  FIELD_KINDS,
  fieldCondition,
  NEEDS,
  offeredOptions,
  questionsOf,
  type RequestField,
  Requests,
  typeName,
  typeSentence,
} from '@foyer/requests';
import { localized } from '@foyer/settings';
import { ticketsRead } from './ticket-wire.js';

const feature = 'tickets';
const need = z.enum(NEEDS);
const question = z.object({
  field_id: z.uuid(),
  label: z.string(),
  hint: z.string(),
  kind: z.enum(FIELD_KINDS),
  required: z.boolean(),
  when: fieldCondition.nullable().describe('Asked only where this holds; null: always.'),
  options: z.array(z.object({ id: z.uuid(), label: z.string() })).describe('What can be chosen.'),
  min: z.number().nullable(),
  max: z.number().nullable(),
  unit: z.string(),
});
const form = z
  .object({
    id: z.uuid().describe('The `type_id` of tickets.'),
    name: z.string(),
    sentence: z.string(),
    category: need,
    priority: need,
    company: need,
    attachments: need,
    questions: z.array(question),
  })
  .meta({ id: 'TicketForm' });

/** What `POST /tickets` asks for, by request type: what the holder of the key would be asked, and nothing of the team's for customers. */
@Injectable()
export class FormOperations implements OnModuleInit {
  constructor(
    private readonly api: Api,
    private readonly requests: Requests,
  ) {}

  onModuleInit(): void {
    const { get } = portalApi;
    this.api.add(
      get(
        '/ticket-forms',
        {
          ...{ id: 'listTicketForms', scope: ticketsRead, feature, output: z.object({ data: z.array(form) }) },
          summary: 'What a new ticket is asked, by request type',
          description:
            'The request types that this key may use, the usual one first, with what each asks for beside subject and description, in the language that `Accept-Language` asks for.',
        },
        async ({ actor, visit: { locale } }) => ({ data: await this.all(actor, locale) }),
      ),
      get(
        '/ticket-forms/{id}',
        {
          ...{ id: 'getTicketForm', scope: ticketsRead, feature, output: form, params: z.object({ id: z.uuid() }) },
          summary: 'What one request type asks',
        },
        async ({ actor, params, visit: { locale } }) => {
          const found = (await this.all(actor, locale)).find(({ id }) => id === params.id);
          if (!found) throw new NotFound();
          return found;
        },
      ),
    );
  }

  private async all(actor: PortalActor, locale: string) {
    const fields = await this.requests.fields();
    const team = holds(actor.ability, 'read', 'Note');
    return (await this.requests.offered(actor)).map((type) => ({
      ...{ id: type.id, name: typeName(type, locale), sentence: typeSentence(type, locale), ...type.needs },
      questions: questionsOf(type, fields, team).map((asked) => questionIn(locale, asked)),
    }));
  }
}

function questionIn(locale: string, { field, question: { required, when } }: Asked) {
  const { id, kind, min, max, unit } = field;
  return {
    ...{ field_id: id, kind, required, when, min, max, unit, options: optionsIn(locale, field) },
    ...{ label: localized(field, 'label', locale), hint: localized(field, 'hint', locale) },
  };
}

const optionsIn = (locale: string, field: RequestField) =>
  offeredOptions(field).map((option) => ({ id: option.id, label: localized(option, 'label', locale) }));
