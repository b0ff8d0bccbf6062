import { Injectable, type OnModuleInit } from '@nestjs/common';
import { allowed } from '@foyer/access';
import { Slots } from '@foyer/slots';
import type { Visit } from '@foyer/web';
import { accountSections } from './identity-slots.js';
import { NewDevices } from './new-devices.js';
import { SignIns } from './sign-ins.js';
import { personPanels } from './team/console-slots.js';
import { deviceIn, placeIn } from './where-from.js';

/** The sign-ins of a person: on their account, and on their page for whoever manages people. */
@Injectable()
export class SignInsView implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly signIns: SignIns,
    private readonly devices: NewDevices,
  ) {}

  onModuleInit(): void {
    this.slots.fill(accountSections, 90, {
      on: 'both',
      load: async ({ id, teamRole }, visit) => ({
        template: 'identity/sign-ins',
        view: {
          rows: await this.rows(id!, visit),
          own: true,
          mails: teamRole === null ? { wanted: await this.devices.isWanted(id!) } : null,
        },
      }),
    });
    this.slots.fill(personPanels, 30, {
      place: 'main',
      load: async (actor, id, visit) => {
        if (!allowed(actor.ability, 'manage', 'Person', { id })) return null;
        const rows = await this.rows(id, visit);
        return rows.length > 0 ? { template: 'identity/sign-ins', view: { rows, own: false, mails: null } } : null;
      },
    });
  }

  private async rows(personId: string, visit: Visit) {
    return (await this.signIns.of(personId)).map(({ at, outcome, way, factor, ip, userAgent }) => ({
      at: new Date(at).toISOString(),
      refused: outcome === 'in' ? null : visit.t(`identity.sign-ins.${outcome}`),
      by: [`way.${way}`, ...(factor && way !== factor ? [`factor.${factor}`] : [])].map((key) =>
        visit.t(`identity.sign-ins.${key}`),
      ),
      ...deviceIn(userAgent, visit),
      ...placeIn(ip, visit),
    }));
  }
}
