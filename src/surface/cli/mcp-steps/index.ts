export { type State, type StepFinding, stepNames } from './step.ts';
export { tryMcp } from './trial.ts';
