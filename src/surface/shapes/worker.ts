// Workers as Windmill's `workers/list` shows them.
import { isoTime, type Wire, withoutNulls } from './wire.ts';

/** A row of `workers.list`; figures that this worker does not measure are absent. */
export interface WorkerOutput {
  worker: string;
  workerInstance: string;
  workerGroup: string;
  startedAt: number;
  lastPingSecs: number;
  ip: string;
  jobsExecuted: number;
  customTags?: readonly string[] | null;
  wmVersion: string;
  lastJobId?: string | null;
  lastJobWorkspaceId?: string | null;
  occupancyRate?: number | null;
  occupancyRate15s?: number | null;
  occupancyRate5m?: number | null;
  occupancyRate30m?: number | null;
  memory?: number | null;
  vcpus?: number | null;
  memoryUsage?: number | null;
  wmMemoryUsage?: number | null;
  jobIsolation?: string | null;
}

export function workerShape(worker: WorkerOutput): Wire {
  return withoutNulls({
    worker: worker.worker,
    worker_instance: worker.workerInstance,
    last_ping: worker.lastPingSecs,
    started_at: isoTime(worker.startedAt),
    ip: worker.ip,
    jobs_executed: worker.jobsExecuted,
    custom_tags: worker.customTags,
    worker_group: worker.workerGroup,
    wm_version: worker.wmVersion,
    last_job_id: worker.lastJobId,
    last_job_workspace_id: worker.lastJobWorkspaceId,
    occupancy_rate: worker.occupancyRate,
    occupancy_rate_15s: worker.occupancyRate15s,
    occupancy_rate_5m: worker.occupancyRate5m,
    occupancy_rate_30m: worker.occupancyRate30m,
    memory: worker.memory,
    vcpus: worker.vcpus,
    memory_usage: worker.memoryUsage,
    wm_memory_usage: worker.wmMemoryUsage,
    job_isolation: worker.jobIsolation,
  });
}

/** A row of `workers.queues`. */
export interface QueueOutput {
  tag: string;
  waiting: number;
  running: number;
  workers: number;
  waitedSecs: number | null;
}

/** A row of Windmill's `workers/queue_status`. */
function queueStatus(queue: QueueOutput): Wire {
  return withoutNulls({
    tag: queue.tag,
    waiting: queue.waiting,
    delay: queue.waitedSecs,
    running: queue.running,
    workers: queue.workers,
  });
}

/** The output of `workers.queueMetrics`. */
export interface QueueMetricsOutput {
  tags: readonly {
    tag: string;
    count: readonly (readonly number[])[];
    delay: readonly (readonly number[])[];
  }[];
}

/** Windmill's older form of the same: a list of values for each figure of each tag. */
function queueMetrics({ tags }: QueueMetricsOutput): Wire[] {
  const values = (points: readonly (readonly number[])[]) =>
    points.map(([at = 0, value = 0]) => ({ created_at: isoTime(at), value }));
  return tags.flatMap(({ tag, count, delay }) => [
    { id: `queue_count_${tag}`, values: values(count) },
    { id: `queue_delay_${tag}`, values: values(delay) },
  ]);
}

/** A row of `workers.logFiles`. */
export interface LogFileOutput {
  file: string;
  hostname: string;
  mode: string;
  workerGroup: string;
  startedAt: number;
  okLines: number;
  errLines: number;
}

/** A row of Windmill's `service_logs/list_files`. */
function logFile(file: LogFileOutput): Wire {
  return {
    hostname: file.hostname,
    mode: file.mode,
    worker_group: file.workerGroup,
    log_ts: isoTime(file.startedAt),
    file_path: file.file,
    ok_lines: file.okLines,
    err_lines: file.errLines,
    json_fmt: true,
  };
}

export const processShapes = { logFile, queueMetrics, queueStatus };
