// Where answers have another type than the package declares, and why. Fields of our own are told
// apart from misspelled ones; nothing that the package requires may be missing.

const script = 'rerun_on_crash?: boolean; isolation?: string';
const withType = "type: 'CompletedJob'";
/** A real server sends null for what its lists leave out. */
const jobRow =
  "(Omit<t.CompletedJob, 'args'> | Omit<t.QueuedJob, 'args'>) & " +
  '{ type: string; args: null; result_columns: null; wait_reason?: string }';

const wholeJob = "Omit<t.ExportableCompletedJob, 'result'> & { result?: unknown }";

export const differences: Readonly<Record<string, string>> = {
  // The names that people see; Windmill's older servers sent it.
  getFolder: 't.GetFolderResponse & { display_name?: string }',
  listFolders: '(t.ListFoldersResponse[number] & { display_name?: string })[]',
  getScriptByPath: `t.GetScriptByPathResponse & { ${script} }`,
  getScriptByHash: `t.GetScriptByHashResponse & { ${script} }`,
  archiveScriptByHash: `t.ArchiveScriptByHashResponse & { ${script} }`,
  deleteScriptByHash: `t.DeleteScriptByHashResponse & { ${script} }`,
  // A real server leaves content and values out of its lists as well.
  listScripts: `(Omit<t.ListScriptsResponse[number], 'content'> & { ${script} })[]`,
  listFlows: "Omit<t.ListFlowsResponse[number], 'value'>[]",
  listJobs: `(${jobRow})[]`,
  listCompletedJobs: `(${jobRow})[]`,
  listQueue: `(${jobRow})[]`,
  listExtendedJobs: `Omit<t.ListExtendedJobsResponse, 'jobs'> & { jobs: (${jobRow})[] }`,
  getJob: 't.GetJobResponse & { wait_reason?: string; queue_position?: number }',
  getCompletedJob: `t.GetCompletedJobResponse & { ${withType} }`,
  deleteCompletedJob: `t.DeleteCompletedJobResponse & { ${withType} }`,
  getSchedule: 't.GetScheduleResponse & { workspace_id: string; next_at?: string }',
  listSchedules: '(t.ListSchedulesResponse[number] & { workspace_id: string; next_at?: string })[]',
  listSchedulesWithJobs:
    '(t.ListSchedulesWithJobsResponse[number] & { workspace_id: string; next_at?: string })[]',
  getHttpTrigger: 't.GetHttpTriggerResponse & { email: string }',
  listHttpTriggers: '(t.ListHttpTriggersResponse[number] & { email: string })[]',
  // The package knows the alerts of a group alone.
  getConfig: 't.GetConfigResponse & { worker_tags: string[] }',
  // A Blob is nothing that can be written down, and the client makes text of what is text.
  'fileUpload takes': '{ fileKey: string; requestBody: object }',
  fileDownload: 't.FileDownloadResponse | string',
  // A result is any value.
  exportCompletedJobs: `(${wholeJob})[]`,
  'importCompletedJobs takes': `{ requestBody: (${wholeJob})[] }`,
  // Operations have our names.
  listAuditLogs: "(Omit<t.AuditLog, 'operation'> & { operation: string })[]",
  getAuditLog: "Omit<t.AuditLog, 'operation'> & { operation: string }",
  // A field of the path and one of the body may have the same name.
  listMcpTools:
    '(t.ListMcpToolsResponse[number] & Record<`${"path" | "query" | "body"}_field_renames`, ' +
    'Record<string, string> | null>)[]',
};
