// The list of flow operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Flows } from '../flows.ts';
import { archiveFlow } from './archive.ts';
import { createFlow } from './create.ts';
import { deleteFlow } from './delete.ts';
import { describeFlowVersion } from './describe-version.ts';
import { flowExists } from './exists.ts';
import { getFlowVersion } from './get-version.ts';
import { getFlow } from './get.ts';
import { flowHistory } from './history.ts';
import { listFlows } from './list.ts';
import { muteFlowErrorHandler } from './mute-error-handler.ts';
import { updateFlow } from './update.ts';
import { validateFlow } from './validate.ts';
import { flowValues } from './values.ts';

export const flowOperations = (flows: Flows): AnyOperation[] => [
  createFlow(flows),
  updateFlow(flows),
  getFlow(flows),
  getFlowVersion(flows),
  listFlows(flows),
  flowExists(flows),
  flowHistory(flows),
  describeFlowVersion(flows),
  muteFlowErrorHandler(flows),
  archiveFlow(flows),
  deleteFlow(flows),
  flowValues(flows),
  validateFlow(flows),
];
