export { jira } from './jira/index.ts';
export { serviceOperations } from './operations/index.ts';
export { createServices, type Service, type Services, type Setup } from './services.ts';
