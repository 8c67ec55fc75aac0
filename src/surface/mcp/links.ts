// Addresses that results carry for people. The pages themselves are the dashboard's.

/** The page of a run; the one place that knows its address. */
export function runPage(origin: string, workspace: string, jobId: string): string {
  return `${origin}/w/${encodeURIComponent(workspace)}/runs/${jobId}`;
}
