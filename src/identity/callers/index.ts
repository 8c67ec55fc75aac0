export { type Callers, createCallers, type JobTokens } from './callers.ts';
