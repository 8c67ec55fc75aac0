// The list of operations of job files: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import { readFile } from './read.ts';

export const jobFileOperations = (deps: { now: () => number }): AnyOperation[] => [readFile(deps)];
