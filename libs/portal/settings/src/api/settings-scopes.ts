import { type Actor } from '@foyer/access';
import { declareScope, operationsBy } from '@foyer/api';

export const settingsApi = operationsBy<Actor>();

export const settingsRead = declareScope({
  ...{ name: 'settings:read', label: 'settings.api-scope.settings-read', order: 90, ofCompany: false },
  capabilities: [],
});
export const settingsWrite = declareScope({
  ...{ name: 'settings:write', label: 'settings.api-scope.settings-write', order: 91, ofCompany: false },
  capabilities: ['settings.manage'],
});
