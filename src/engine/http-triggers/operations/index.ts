// The list of operations of HTTP routes: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { HttpTriggers } from '../http-triggers.ts';
import type { RouteRuns } from '../runs.ts';
import { flowTriggerCounts } from './counts-of-flow.ts';
import { scriptTriggerCounts } from './counts-of-script.ts';
import { createHttpTrigger } from './create.ts';
import { deleteHttpTrigger } from './delete.ts';
import { httpTriggerExists } from './exists.ts';
import { getHttpTrigger } from './get.ts';
import { listHttpTriggers } from './list.ts';
import { httpTriggerResult } from './result.ts';
import { httpRouteExists } from './route-exists.ts';
import { runHttpTrigger } from './run.ts';
import { setHttpTriggerEnabled } from './set-enabled.ts';
import { updateHttpTrigger } from './update.ts';

export const httpTriggerOperations = (
  httpTriggers: HttpTriggers,
  runs: RouteRuns,
): AnyOperation[] => [
  runHttpTrigger(runs),
  httpTriggerResult(runs),
  createHttpTrigger(httpTriggers),
  updateHttpTrigger(httpTriggers),
  setHttpTriggerEnabled(httpTriggers),
  deleteHttpTrigger(httpTriggers),
  getHttpTrigger(httpTriggers),
  httpTriggerExists(httpTriggers),
  httpRouteExists(httpTriggers),
  listHttpTriggers(httpTriggers),
  scriptTriggerCounts(httpTriggers),
  flowTriggerCounts(httpTriggers),
];
