export { mayUse, seesService } from './access.ts';
export { curated } from './curated.ts';
export { serviceOperations } from './operations/index.ts';
export { createServices, type Service, type Services, type Setup } from './services.ts';
