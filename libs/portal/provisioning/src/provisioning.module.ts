import { Module, type OnModuleInit } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { companySections, keptWithout } from '@foyer/identity';
import { KeyRing, KeysModule } from '@foyer/keys';
import { ConnectionRights, dismissed, SignonModule } from '@foyer/signon';
import { Slots } from '@foyer/slots';
import { Themes } from '@foyer/theming';
import { CompanyDirectoryController } from './customer/company-directory.controller.js';
import { DirectoryRights } from './directory-rights.js';
import { DirectoryView } from './directory-view.js';
import { Groups } from './groups.js';
import { People } from './people.js';
import { RequestLog } from './request-log.js';
import { Rows } from './rows.js';
import { ScimController } from './scim.controller.js';
import { DirectoriesController } from './team/directories.controller.js';
import { Tokens } from './tokens.js';
import { Users } from './users.js';

registerMessages('provisioning', new URL('../locales', import.meta.url));

@Module({
  imports: [KeysModule, SignonModule],
  controllers: [ScimController, DirectoriesController, CompanyDirectoryController],
  providers: [Rows, People, Users, Groups, RequestLog, Tokens, DirectoryRights, DirectoryView],
})
export class ProvisioningModule implements OnModuleInit {
  constructor(
    private readonly themes: Themes,
    private readonly slots: Slots,
    private readonly rights: ConnectionRights,
    private readonly ring: KeyRing,
    private readonly people: People,
  ) {}

  onModuleInit(): void {
    this.themes.registerTemplates('provisioning', new URL('../templates', import.meta.url));
    this.slots.fill(keptWithout, 11, async (personId) =>
      (await this.ring.forDirectoriesBy(personId)).map(({ directoryId, name }) => ({
        ...{ kind: 'provisioning.token.title', href: `/console/settings/directories/${directoryId}`, name: () => name },
      })),
    );
    this.slots.fill(dismissed, 10, (owner, personId) => this.people.isDismissed(owner, personId));
    this.slots.fill(companySections, 41, {
      load: (actor, companyId) =>
        Promise.resolve(
          this.rights.mayManage(actor, companyId)
            ? {
                template: 'provisioning/customer/company-section',
                view: { href: `/company/sign-in/${companyId}/directory` },
              }
            : null,
        ),
    });
  }
}
