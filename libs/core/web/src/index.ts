export type { Face } from './face.js';
export { Ask, type Asked, type Asks, id, Posts } from './asked.js';
export {
  AdminController,
  Can,
  ConsoleController,
  DuringMaintenance,
  Feature,
  Guest,
  KeyController,
  MachineController,
  SiteMachineController,
  PortalController,
  Repeatable,
  SiteController,
  View,
} from './audience.js';
export { BodyReader } from './body.js';
export { Cookies } from './cookies.js';
export { addressAsWritten, addressInDns, domainAsWritten, domainInDns, isDomain } from './domains.js';
export { Edge } from './edge.js';
export { field, FormState, wrongIn } from './form.js';
export { hostKind, platformOrigin } from './hosts.js';
export { OtherView, show, showMade } from './other-view.js';
export { PageInterceptor } from './page.js';
export { SeeOther, seeOther } from './see-other.js';
export { SentForms } from './sent-forms.js';
export { FormTooLarge, isForm, readForm, readWhole } from './posted-form.js';
export { type Fault, Problem, type ProblemCode, sendProblem } from './problem.js';
export { type FindPrincipal, type Principal, Principals } from './principals.js';
export { addressOf, type FoyerRequest, type FoyerResponse, type Upload } from './request.js';
export { type LoadSite, type SiteContext, Sites, type SiteView } from './site.js';
export { filterView, listView } from './list-view.js';
export { type Cell, type Column, sendSpreadsheet, spreadsheet } from './spreadsheet.js';
export { Visit } from './visit.js';
export { AddressRefused, PortalClosed, safeReturn, SectionOff } from './web-errors.js';
export { WebModule } from './web.module.js';
