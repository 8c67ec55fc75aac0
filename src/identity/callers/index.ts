export { type Callers, createCallers, type JobTokens } from './callers.ts';
export { usernameOf } from './read.ts';
