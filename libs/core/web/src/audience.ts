import { applyDecorators, Controller, SetMetadata } from '@nestjs/common';

/** For whom a controller is. The gate refuses a handler that has no audience: forgetting one opens nothing. */
export type Audience = 'visitor' | 'customer' | 'team' | 'staff' | 'machine' | 'key';

export const AUDIENCE = 'foyer:audience';
export const GUEST = 'foyer:guest';
export const FEATURE = 'foyer:feature';
export const CAN = 'foyer:can';
export const REPEATABLE = 'foyer:repeatable';
export const VIEW = 'foyer:view';
export const DURING_MAINTENANCE = 'foyer:during-maintenance';

/** What holds for every handler of a controller. */
interface Bounds {
  /** See `Feature`. */
  feature?: string;
  /** See `Can`. */
  can?: readonly [action: string, subject: string];
}

const face = (prefix: string, path: string, audience: Audience, { feature, can }: Bounds = {}) =>
  applyDecorators(
    ...[Controller(path ? `${prefix}/${path}` : prefix), SetMetadata(AUDIENCE, audience)],
    ...(feature ? [Feature(feature)] : []),
    ...(can ? [Can(...can)] : []),
  );

/** Pages of the sign-up site, open to everybody. */
export const SiteController = (path = '') => face('_site', path, 'visitor');
/** Pages of a tenant's customers; signed in unless the handler says `@Guest()`. */
export const PortalController = (path = '', bounds?: Bounds) => face('_portal', path, 'customer', bounds);
/** Pages of a tenant's team, under /console. */
export const ConsoleController = (path = '', bounds?: Bounds) => face('_portal/console', path, 'team', bounds);
/** Pages of the platform's staff. */
export const AdminController = (path = '', bounds?: Bounds) => face('_admin', path, 'staff', bounds);

/**
 * Routes of a tenant that programs call, without cookies and forms: nobody is signed in, whatever cookie comes along, there is
 * no form's token to check, and the handler reads the body itself once it knows by a secret of its own who is calling.
 */
export const MachineController = (path: string) => face('_portal', path, 'machine');
/** The same on the installation's own host. */
export const SiteMachineController = (path: string) => face('_site', path, 'machine');

/** What programs reach with a key: no cookie counts there, and no key on any other face. */
export const KeyController = () => face('_api', '', 'key');

/** The handler also serves people who have not signed in. */
export const Guest = () => SetMetadata(GUEST, true);
/** The section this belongs to; switched off, it answers as if it were not there. */
export const Feature = (name: string) => SetMetadata(FEATURE, name);
/** The actor must be able to do this to some record of that subject; which ones is the verb's business. */
export const Can = (action: string, subject: string) => SetMetadata(CAN, { action, subject });
/** Does no harm when it is done again: a script asks for it as often as it likes, and nothing is kept of it. */
export const Repeatable = () => SetMetadata(REPEATABLE, true);
/** The template that shows what the handler returns. */
export const View = (template: string) => SetMetadata(VIEW, template);
/** Works while the portal is in maintenance, and unless that is said also while it is closed for good. */
export const DuringMaintenance = ({ closed = true } = {}) =>
  SetMetadata(DURING_MAINTENANCE, closed ? ['maintenance', 'disabled'] : ['maintenance']);
