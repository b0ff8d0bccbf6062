export { LegalTexts } from './legal-texts.js';
export { type Business, Signup } from './signup.js';
export { SignupModule } from './signup.module.js';
