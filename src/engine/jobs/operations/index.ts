// The list of job operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Jobs } from '../jobs.ts';
import { addBatch } from './add-batch.ts';
import { jobArguments } from './args.ts';
import { cancelJobs } from './cancel-many.ts';
import { cancelPath } from './cancel-path.ts';
import { cancelJob } from './cancel.ts';
import { completedCount } from './completed-count.ts';
import { completedJob } from './completed.ts';
import { concurrencyGroups } from './concurrency-groups.ts';
import { concurrencyKey } from './concurrency-key.ts';
import { countJobsByTag } from './count-by-tag.ts';
import { countJobs } from './count.ts';
import { deleteManyJobs } from './delete-many.ts';
import { eraseJob } from './erase.ts';
import { flowLogs } from './flow-logs.ts';
import { flowResults } from './flow-results.ts';
import { getJob } from './get.ts';
import { listCompleted } from './list-completed.ts';
import { listQueue } from './list-queue.ts';
import { listJobIds } from './list-ids.ts';
import { listJobs } from './list.ts';
import { jobLogs } from './logs.ts';
import { runFlow } from './run-flow.ts';
import { runFlowAndWait } from './run-flow-wait.ts';
import { runFlowVersion } from './run-flow-version.ts';
import { runFlowVersionAndWait } from './run-flow-version-wait.ts';
import { previewFlow } from './preview-flow.ts';
import { previewFlowStepAndWait } from './preview-flow-step-wait.ts';
import { previewFlowAndWait } from './preview-flow-wait.ts';
import { previewScriptAndWait } from './preview-wait.ts';
import { previewScript } from './preview.ts';
import { jobProgress } from './progress.ts';
import { pruneConcurrency } from './prune-concurrency.ts';
import { queueCount } from './queue-count.ts';
import { queuePosition } from './queue-position.ts';
import { rerunJob } from './rerun.ts';
import { lockFlow } from './lock-flow.ts';
import { lockScriptAndWait } from './lock-script-wait.ts';
import { lockScript } from './lock-script.ts';
import { resolveJobs } from './resolve.ts';
import { restartFlow } from './restart-flow.ts';
import { runJobNow } from './run-now.ts';
import { jobResultMaybe } from './result-maybe.ts';
import { jobResult } from './result.ts';
import { rootJobId } from './root-job-id.ts';
import { runScriptByHash } from './run-by-hash.ts';
import { runScriptByHashAndWait } from './run-wait-by-hash.ts';
import { runScriptAndWait } from './run-wait.ts';
import { runScript } from './run.ts';
import { unresolveJobs } from './unresolve.ts';
import { setJobProgress } from './set-progress.ts';
import { setJobUserState } from './set-user-state.ts';
import { jobStanding } from './standing.ts';
import { jobsStartedAt } from './started-at.ts';
import { stepResult } from './step-result.ts';
import { jobUpdate } from './update.ts';
import { jobUserState } from './user-state.ts';
import { jobValuePage } from './value-page.ts';
import { exportJobs } from './export.ts';
import { importCompletedJobs } from './import-completed.ts';
import { importQueuedJobs } from './import-queued.ts';
import { waitJob } from './wait.ts';

export const jobOperations = (jobs: Jobs): AnyOperation[] => [
  jobArguments(jobs),
  cancelJob(jobs),
  completedCount(jobs),
  completedJob(jobs),
  getJob(jobs),
  listCompleted(jobs),
  listQueue(jobs),
  listJobs(jobs),
  jobLogs(jobs),
  previewScriptAndWait(jobs),
  previewScript(jobs),
  queueCount(jobs),
  queuePosition(jobs),
  rerunJob(jobs),
  lockScript(jobs),
  lockScriptAndWait(jobs),
  lockFlow(jobs),
  restartFlow(jobs),
  runJobNow(jobs),
  jobResultMaybe(jobs),
  jobResult(jobs),
  rootJobId(jobs),
  runScriptByHash(jobs),
  runScriptByHashAndWait(jobs),
  runScriptAndWait(jobs),
  runScript(jobs),
  jobStanding(jobs),
  addBatch(jobs),
  cancelJobs(jobs),
  cancelPath(jobs),
  flowLogs(jobs),
  flowResults(jobs),
  resolveJobs(jobs),
  unresolveJobs(jobs),
  countJobsByTag(jobs),
  countJobs(jobs),
  deleteManyJobs(jobs),
  eraseJob(jobs),
  listJobIds(jobs),
  jobsStartedAt(jobs),
  stepResult(jobs),
  concurrencyGroups(jobs),
  concurrencyKey(jobs),
  pruneConcurrency(jobs),
  jobUpdate(jobs),
  jobValuePage(jobs),
  exportJobs(jobs),
  importCompletedJobs(jobs),
  importQueuedJobs(jobs),
  waitJob(jobs),
  runFlow(jobs),
  runFlowAndWait(jobs),
  runFlowVersion(jobs),
  runFlowVersionAndWait(jobs),
  previewFlow(jobs),
  previewFlowAndWait(jobs),
  previewFlowStepAndWait(jobs),
  setJobProgress(jobs),
  jobProgress(jobs),
  setJobUserState(jobs),
  jobUserState(jobs),
];
