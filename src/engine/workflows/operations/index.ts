// The list of workflow operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Workflows } from '../workflows.ts';
import { checkpointStep } from './checkpoint.ts';
import { runOwnFunction } from './run-function.ts';

export const workflowOperations = (workflows: Workflows): AnyOperation[] => [
  checkpointStep(workflows),
  runOwnFunction(workflows),
];
