export { createApplication } from './application.js';
export { entities, FoyerModule } from './foyer.module.js';
export { PinoLogger } from './pino-logger.js';
