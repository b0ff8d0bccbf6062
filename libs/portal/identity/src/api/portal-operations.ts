import { declareScope, operationsBy } from '@foyer/api';
import type { PortalActor } from '../portal-actor.js';

/** The words in which modules of the portal declare what keys can do. */
export const portalApi = operationsBy<PortalActor>();

/** People and companies are one matter: who sees the one sees the other beside it. */
export const peopleRead = declareScope({
  ...{ name: 'people:read', label: 'identity.api-scope.people-read', order: 20, ofCompany: true, people: true },
  capabilities: ['people.view'],
});
export const peopleWrite = declareScope({
  ...{ name: 'people:write', label: 'identity.api-scope.people-write', order: 21, ofCompany: true, people: true },
  capabilities: ['people.view', 'people.edit', 'people.invite', 'people.manage'],
});
export const teamWrite = declareScope({
  ...{ name: 'team:write', label: 'identity.api-scope.team-write', order: 22, ofCompany: false },
  capabilities: ['team.manage'],
});
