export { directories, type Directory } from './directories.js';
export {
  PersonDeprovisioned,
  ProvisionedAdded,
  ProvisionedChanged,
  ProvisionedRemoved,
} from './provisioning.events.js';
export { ProvisioningModule } from './provisioning.module.js';
export { Tokens as DirectoryTokens } from './tokens.js';
