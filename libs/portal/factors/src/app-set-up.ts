import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { seal, unseal } from '@foyer/credentials';
import { Settings } from '@foyer/settings';
import { currentTenant } from '@foyer/tenancy';
import type { FormState, Visit } from '@foyer/web';
import { appAddress, inGroups, newAppSecret, qrCode } from './app-codes.js';

/** The page on which somebody sets up an app: its secret goes along with the form, sealed, so that looking at it changes nothing. */
@Injectable()
export class AppSetUp {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly settings: Settings,
  ) {}

  /** What the page shows. A form that failed goes on with the secret it had: the app has scanned it. */
  async view(visit: Visit, person: { id: string; email: string }, form?: FormState<unknown>) {
    const secret = (form && this.secretIn(form, person.id)) ?? newAppSecret();
    return {
      form: form ?? visit.form({ label: visit.t('factors.app.name') }),
      kept: seal(this.config.secretKey, purpose(person.id), secret),
      secret: inGroups(secret),
      qr: qrCode(appAddress(secret, await this.settings.name(), person.email)),
    };
  }

  /** Null where the form is not one of this person's pages. */
  secretIn(form: FormState<unknown>, personId: string): string | null {
    return unseal(this.config.secretKey, purpose(personId), form.secret('kept_token'));
  }
}

const purpose = (personId: string): string => `app set-up ${currentTenant().id} ${personId}`;
