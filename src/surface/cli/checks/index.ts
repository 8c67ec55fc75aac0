export { allChecks } from './all.ts';
export { type Check, type Checked, runChecks } from './check.ts';
