export { Agents } from './agents.js';
export { type Answer, answersOf, idsIn, type Names, printOf, typedAnswers } from './answers.js';
export {
  Categories,
  CATEGORY_NAME_MAX,
  categoryName,
  categoryReference,
  categoryOptions,
  saidCategory,
  type SaidCategory,
} from './categories.js';
export { Groups, type TicketGroup, ticketGroups, workingAgents } from './groups.js';
export {
  PRIORITIES,
  type Priority,
  priorityName,
  priorityNames,
  priorityOptions,
  priorityReference,
} from './priorities.js';
export {
  ANSWER_MAX,
  FIELD_KINDS,
  type FieldKind,
  type FieldValue,
  offeredOptions,
  type RequestField,
  requestFields,
} from './request-field.js';
export {
  answerOf,
  askedFields,
  BODY_MAX,
  controlOf,
  type FormChoices,
  type Asked,
  questionsOf,
  requestForm,
  type RequestFormValue,
  SUBJECT_MAX,
  type Typed,
} from './request-form.js';
export {
  fieldCondition,
  FIRST_TYPE,
  NEEDS,
  type RequestType,
  requestTypes,
  typeName,
  typeSentence,
} from './request-type.js';
export { type KeptFile, labelsOf, questionViews } from './request-view.js';
export { Requests } from './requests.js';
export { RequestsModule } from './requests.module.js';
export { declaredAnswers, declaredRequests, packAnswers, packId, RequestsPack } from './requests.pack.js';
export { type Held, type SentRequests, sentRequests } from './sent-requests.js';
export {
  type NamedStatus,
  Statuses,
  statusName,
  TICKET_STATUSES,
  type TicketStatus,
  ticketStatuses,
} from './statuses.js';
export { refuseLongTags, tagOf, tagsIn } from './tags.js';
export { TicketCategory } from './ticket-category.entity.js';
