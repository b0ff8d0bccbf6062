export { type Feature, Features } from './features.js';
export { type HomeAction, type HomeContribution, PortalHome } from './home.js';
export { type NavEntry, Navigation } from './navigation.js';
export { PublishedTemplates } from './published-templates.js';
export { type PortalStatus, type SectionName, type Sections } from './sections.js';
export { Setting, TemplateOverride } from './setting.entity.js';
export { SettingsChanged, TemplateChanged } from './settings.events.js';
export { Settings } from './settings.js';
export { SettingsModule } from './settings.module.js';
