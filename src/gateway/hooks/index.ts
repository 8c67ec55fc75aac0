export type { HookDelegation, HookView } from './call-view.ts';
export { createHooks, type Hooks } from './create.ts';
export type { RunScript } from './judge.ts';
export type { AfterOutcome, BeforeOutcome, HookDecision } from './run.ts';
