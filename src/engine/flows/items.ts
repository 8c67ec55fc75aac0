// What a flow may know of people and their items: whom a run acts for, what its expressions read,
// and how what came of secrets is stored.
import { notFound } from '../../base/index.ts';
import { authorise, type Caller } from '../../operation/index.ts';
import { callerOfJob, type MemberOf } from '../jobs/index.ts';
import type { Resolve } from '../resources/index.ts';
import type { RunValues } from '../variables/index.ts';
import type { RunRow } from './runs.ts';

/** Whom a run acts for. */
type ActingJob = Pick<RunRow, 'id' | 'workspace' | 'permissionedAs' | 'createdBy' | 'scopes'>;

export interface FlowItemsDeps {
  resolve: Resolve;
  runValues: Pick<RunValues, 'seal'>;
  memberOf: MemberOf;
}

/** What is called, with the grants of its own. */
export interface Called {
  path: string;
  extraPerms: Readonly<Record<string, boolean>>;
}

export type FlowItems = ReturnType<typeof createFlowItems>;

export function createFlowItems({ resolve, runValues, memberOf }: FlowItemsDeps) {
  const callerOf = (row: ActingJob): Promise<Caller> => callerOfJob(memberOf, row);

  return {
    callerOf,

    /**
     * What a step calls must be the runner's to run, whoever wrote the flow. Scopes say what may
     * be started from outside, so they do not matter here. Throws `not_found`.
     */
    async mayRun<Found extends Called>(
      row: ActingJob,
      { kind, path, found }: { kind: 'script' | 'flow'; path: string; found: Found | undefined },
    ): Promise<Found> {
      const caller = { ...(await callerOf(row)), scopes: null };
      const ask = { action: 'jobs:run', risk: 'write' } as const;
      if (found && authorise(caller, ask, { ...found, kind: `${kind}s` }).allowed) return found;
      throw notFound(kind, path);
    },

    /** With the rights of whom the run acts for; throws `AppError` when anything is refused. */
    async resolve(row: ActingJob, value: unknown): ReturnType<Resolve> {
      return resolve({ value, caller: await callerOf(row), workspace: row.workspace });
    },

    /** `$encrypted:…`, which opens in a run of the same person. */
    async seal(row: ActingJob, made: { value: unknown; secrets: readonly string[] }) {
      return runValues.seal(await callerOf(row), row.workspace, made);
    },
  };
}
