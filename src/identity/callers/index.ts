export { type Callers, createCallers, type DelegatedTokens, type JobTokens } from './callers.ts';
export { type StarsOf, usernameOf } from './read.ts';
