// Flow runs read whole, failures that were looked after, all jobs of a path, worker logs.
import type { Known, Row } from './row.ts';

const ofFlow = ({ flow }: Known) => ({ id: flow });
const ofJob = ({ job }: Known) => ({ requestBody: { job_ids: [job] } });

export const wholeRows: readonly Row[] = [
  { call: 'JobService.getFlowAllLogs', sends: ofFlow, is: /^=== f\/team\/double \(/ },
  { call: 'JobService.getFlowAllLogsStructured', sends: ofFlow },
  {
    call: 'JobService.getFlowAllResults',
    sends: ({ flow }: Known) => ({ id: flow, maxResultLen: 10 }),
    is: { truncated: false, scope_filtered: false },
  },
  // A job that did not fail has nothing to be looked after.
  { call: 'JobService.resolveCompletedJobs', sends: ofJob, is: [] },
  { call: 'JobService.unresolveCompletedJobs', sends: ofJob, is: [] },
  {
    call: 'JobService.cancelPersistentQueuedJobs',
    sends: { path: 'f/team/nothing', requestBody: {} },
    is: /^Canceled 0 jobs$/,
  },
  {
    call: 'JobService.createJobSignature',
    sends: ({ flow }: Known) => ({ id: flow, resumeId: 3 }),
    is: /^[0-9a-f]{64}$/,
  },
  { call: 'FlowService.getFlowLatestVersion', sends: { path: 'f/team/double' } },
  { call: 'ServiceLogsService.listLogFiles', sends: {} },
  {
    call: 'ServiceLogsService.getLogFile',
    sends: async ({ ask }: Known) => {
      const files = await ask('ServiceLogsService.listLogFiles');
      return { path: files.at(-1).file_path };
    },
    is: /"message":"the server starts"/,
  },
];
