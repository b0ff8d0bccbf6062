import type { PortalActor } from '@foyer/identity';
import type { RequestFormValue } from '@foyer/requests';
import type { FormState } from '@foyer/web';
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

  /** Who was chosen and for which company, or null for oneself. They must belong to the company the request is for. */
  chosen(form: FormState<RequestFormValue>, personId: string): { personId: string; companyId: string } | null {
    if (personId === '') return null;
    const places = this.all.filter((one) => one.personId === personId);
    if (places.length === 0) form.fail('requester', 'web.form.choice');
    if (form.failed) return null;
    const { company } = form.value;
    // A form that asks for no company means the one in which the actor may ask for them.
    const place = company === null ? places[0] : places.find(({ companyId }) => companyId === company);
    if (!place) form.fail('requester', 'tickets.request.other-company');
    return place ?? null;
  }
}
