export { settingsApi, settingsRead, settingsWrite } from './api/settings-scopes.js';
export { consoleSearch, type Found } from './console-search.js';
export { type Feature, Features } from './features.js';
export { type FirstStep, firstSteps, someoneChanged } from './first-steps.js';
export { homeSections } from './home.js';
export { fromSaid, type Localized, localized, type Said, saidIn, translations } from './localized.js';
export { mayManage } from './settings.js';
export { navEntries } from './navigation.js';
export { type ConsoleNotice, consoleNotices, type FindNotice } from './portal-site.js';
export { declaredTexts, PackTexts } from './pack-texts.js';
export { PublishedTemplates } from './published-templates.js';
export { type PortalStatus, type SectionName, type Sections } from './sections.js';
export { Setting, TemplateOverride } from './setting.entity.js';
export { type ItemChange, SettingsChanged, TemplateChanged } from './settings.events.js';
export { Collections, type StillNeeded } from './collections.js';
export { type CollectionRow, type List, moved } from './lists.js';
export { mustBeAsOpened, saveOpened, VERSION, versionOf } from './version.js';
export { openedAs, saveSection } from './team/settings-page.js';
export { declareItems, type Item, type ItemList, Items, identified } from './items.js';
export { type Collection, type CollectionItem, declareCollection, declareSection, type Section } from './section.js';
export { type SetupPage, setupPages } from './setup-page.js';
export {
  textsFrom,
  textValues,
  type TranslatedText,
  translationShape,
  translationViews,
  withoutStandIn,
} from './translated.js';
export { one, reshaped, rowValues, several, type Typed, type TypedRow, typedRows } from './typed-rows.js';
export { InUse, type Use, useBy, useLinks, Uses } from './uses.js';
export { Settings } from './settings.js';
export { languagesNow, settingNow } from './settings-memory.js';
export { SettingsModule } from './settings.module.js';
export {
  choice,
  type Field,
  type FieldForm,
  type Fields,
  flag,
  group,
  type Leaf,
  line,
  type Mention,
  optionalReference,
  part,
  placed,
  reference,
  references,
  secret,
  switched,
  text,
  translatedText,
  type ValuesOf,
  whole,
  words,
} from './resources/fields.js';
export { declareReference, languageReference, type Option, type Reference } from './resources/references.js';
export { wellFormed } from './resources/resource-checks.js';
export {
  controlsOf,
  type ControlView,
  formOf,
  itemFrom,
  type ResourceInput,
  valuesOf,
} from './resources/resource-form.js';
export {
  type Declared,
  declaredResources,
  declareResource,
  declareResourceRows,
  type ItemOf,
  type Resource,
  type ResourceItem,
} from './resources/resource.js';
export { asDifferent, changesOf, type Described, described, type FieldChange } from './resources/resource-change.js';
export { inPack, plainInPack } from './resources/resource-pack.js';
export { ResourceController, SettingsPage, settingsPage } from './resources/resource.controller.js';
