// A run that was verified, whoever runs it: what both verifiers answer. No I/O.
import { canonicalJson, sha256 } from '../../base/index.ts';
import type { DeclaredServices } from '../../engine/index.ts';

/** Code on the way from what was started to the job that asks. */
export interface RunCode {
  /** `flow f/team/digest` or `script f/team/read`. */
  what: string;
  version: string;
  /** The username of who deployed it (an e-mail address for other servers). */
  by: string;
}

/** What a shared reader flow says of the job that it runs out of a repository. */
export interface JobOrigin {
  /** Address of the repository, without credentials. */
  repository: string;
  /** Undefined: the default one. */
  branch: string | undefined;
  /** Of the job, in that repository. */
  name: string;
  commit: string;
  /** SHA-256 of the file and its program, hex: what stands there, whatever the commit. */
  hash: string;
}

export interface VerifiedRun {
  /** Our workspace. */
  workspace: string;
  instance: string;
  remoteWorkspace: string;
  flowPath: string;
  jobId: string;
  /** Whom it acts for, as a username here. */
  subject: string;
  /** The subject as `RunCode.by` would name them. */
  subjectName: string;
  /** As it stands in the deployed flow; undefined: there is none. */
  block: unknown;
  code: readonly RunCode[];
  /** The flow's own word; it counts as code that nobody here deployed. */
  job?: JobOrigin | undefined;
  /** When the job's own token ends, epoch milliseconds; null: with the job. */
  tokenExpiresAt: number | null;
}

export const localInstance = 'local';

/** What a grant is for: a flow, or one job of a repository that the flow runs. */
export function placeOf({ flowPath, job }: VerifiedRun): string {
  if (!job) return flowPath;
  const branch = job.branch === undefined ? '' : `#${job.branch}`;
  return `${flowPath}#${job.repository}${branch}:${job.name}`;
}

/** Who acts, as audit rows name it. */
export function actorOf(run: VerifiedRun): string {
  const { instance, remoteWorkspace, job } = run;
  const product = instance === localInstance ? 'millrace' : 'windmill';
  const commit = job ? `@${job.commit}` : '';
  return `${product}:${instance}/${remoteWorkspace}/${placeOf(run)}${commit}`;
}

/** The run of a job out of a repository: what stands there is code of whoever can push to it. */
export function withJob(run: VerifiedRun, job: JobOrigin | undefined): VerifiedRun {
  if (!job) return run;
  const { repository, name, hash } = job;
  const file = { what: `job ${name}`, version: hash, by: repository };
  return { ...run, job, code: [...run.code, file] };
}

export const hashOf = (value: unknown): string => sha256(canonicalJson(value));

/** Did the subject deploy all of the code? */
export const isOwnCode = ({ code, subjectName }: VerifiedRun): boolean =>
  code.every(({ by }) => by === subjectName);

/** `jira:read slack:write`. */
export function scopeOf(services: DeclaredServices): string {
  return Object.entries(services)
    .flatMap(([service, classes]) => classes.map((one) => `${service}:${one}`))
    .join(' ');
}

/** What both hold. */
export function intersection(left: DeclaredServices, right: DeclaredServices): DeclaredServices {
  const shared = Object.entries(left).map(([service, classes]) => {
    const kept = classes.filter((one) => right[service]?.includes(one));
    return [service, kept] as const;
  });
  return Object.fromEntries(shared.filter(([, classes]) => classes.length > 0));
}
