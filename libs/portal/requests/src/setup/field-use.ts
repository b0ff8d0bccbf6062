import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Collections, Settings } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { type RequestField, requestFields } from '../request-field.js';
import { sent } from '../sent-requests.js';

/** What depends on a field: tickets that hold an answer to it, and rules, views and forms that go by one of its options. */
@Injectable()
export class FieldUse implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly settings: Settings,
    private readonly collections: Collections,
  ) {}

  /** What tickets hold is never lost: such a field is put away. */
  onModuleInit(): void {
    this.collections.protect(requestFields, async (id) => {
      const count = await this.answers(id);
      return count > 0 ? { code: 'requests.setup.fields.answered', values: { count } } : null;
    });
  }

  answers(fieldId: string): Promise<number> {
    return sent(this.slots).answering(fieldId);
  }

  /** In how many tickets each option is chosen; those that only something set up goes by are in none. */
  async options({ id, options }: RequestField): Promise<Map<string, number>> {
    const use = new Map(await sent(this.slots).answers(id));
    const mentions = await this.settings.mentions(options.map((option) => option.id));
    for (const { id: option, section } of mentions)
      if (section !== requestFields.name && !use.has(option)) use.set(option, 0);
    return use;
  }
}
