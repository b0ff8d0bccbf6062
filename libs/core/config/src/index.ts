export { ConfigError, loadConfig, type Config } from './config.js';
export { CONFIG, ConfigModule } from './config.module.js';
export { outliveFaults } from './outlive.js';
export { describeVariables, variables, type Variable, type VariableName } from './variables.js';
