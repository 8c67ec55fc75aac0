export { type Callers, createCallers, type JobTokens } from './callers.ts';
export { type StarsOf, usernameOf } from './read.ts';
