import { CategoriesController } from './categories.controller.js';
import { CompanyChoices } from './company-choices.js';
import { FieldsController } from './fields.controller.js';
import { FieldUse } from './field-use.js';
import { GroupsController } from './groups.controller.js';
import { TicketSetup } from './pages.js';
import { PrioritiesController } from './priorities.controller.js';
import { ReopeningController } from './reopening.controller.js';
import { StatusesController } from './statuses.controller.js';
import { TicketSteps } from './ticket-steps.js';
import { TypesController } from './types.controller.js';

export const setupControllers = [
  TypesController,
  FieldsController,
  CategoriesController,
  StatusesController,
  ReopeningController,
  PrioritiesController,
  GroupsController,
];
export const setupProviders = [CompanyChoices, FieldUse, TicketSetup, TicketSteps];
