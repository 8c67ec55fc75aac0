export type { Roles } from './command.ts';
export { main } from './dispatch.ts';
