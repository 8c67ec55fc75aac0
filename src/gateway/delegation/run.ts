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
  /** When the job's own token ends, epoch milliseconds; null: with the job. */
  tokenExpiresAt: number | null;
}

export const localInstance = 'local';

/** Who acts, as audit rows name it. */
export function actorOf({ instance, remoteWorkspace, flowPath }: VerifiedRun): string {
  const product = instance === localInstance ? 'millrace' : 'windmill';
  return `${product}:${instance}/${remoteWorkspace}/${flowPath}`;
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
