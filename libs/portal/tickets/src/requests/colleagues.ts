import type { PortalActor } from '@foyer/identity';
import type { FormState } from '@foyer/web';
import type { RequestFormValue } from './request-form.js';
import type { Surroundings } from './request-surroundings.js';

/** The people for whom somebody may ask: those of companies where their role lets them. */
export class Colleagues {
  constructor(private readonly all: Surroundings['colleagues']) {}

  options(actor: PortalActor): { value: string; label: string }[] {
    const names = new Map(actor.companies.map(({ id, name }) => [id, name]));
    const several = new Set(this.all.map(({ companyId }) => companyId)).size > 1;
    const seen = new Set<string>();
    return this.all.flatMap(({ personId, name, companyId }) => {
      if (seen.has(personId)) return [];
      seen.add(personId);
      return [{ value: personId, label: several ? `${name} (${names.get(companyId) ?? ''})` : name }];
    });
  }

  /** Who was chosen, or null for oneself. They must belong to the company the request is for. */
  chosen(form: FormState<RequestFormValue>, personId: string): string | null {
    if (personId === '') return null;
    if (!this.all.some((one) => one.personId === personId)) form.fail('requester', 'web.form.choice');
    else if (!form.failed && !this.all.some((one) => one.personId === personId && one.companyId === form.value.company))
      form.fail('requester', 'tickets.request.other-company');
    return personId;
  }
}
