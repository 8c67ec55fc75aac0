export { sessionOperations } from './operations/index.ts';
export { createSessions } from './sessions.ts';
