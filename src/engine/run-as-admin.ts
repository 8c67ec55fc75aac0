// Runs a deployed script for a part of the product that an admin told to: with the rights of that
// admin, as long as the person is one.
import { AppError } from '../base/index.ts';
import { type Caller, systemCall } from '../operation/index.ts';
import type { Jobs } from './jobs/index.ts';
import { holdsReference } from './resources/index.ts';
import type { RunValues } from './variables/index.ts';

interface Deps {
  jobs: Pick<Jobs, 'runWait'>;
  memberOf: (workspace: string, username: string) => Promise<Caller | undefined>;
  runValues: Pick<RunValues, 'seal'>;
  waitMs: number;
}

export interface AdminRun {
  workspace: string;
  path: string;
  /** The one argument of `main`. */
  payload: unknown;
  username: string;
  /** Cancels the run. */
  signal: AbortSignal;
}

/**
 * The result of the script. Throws `forbidden` when the person is no admin any more, `not_found`
 * without a script there, and `unprocessable` when it fails.
 */
export const createRunAsAdmin =
  ({ jobs, memberOf, runValues, waitMs }: Deps) =>
  async ({ workspace, path, payload, username, signal }: AdminRun): Promise<unknown> => {
    const caller = await memberOf(workspace, username);
    if (!caller || !(caller.superAdmin || caller.membership?.role === 'admin')) {
      throw new AppError('forbidden', `${username} is no admin of the workspace any more.`, {
        hint: 'An admin who saves it again gives it their own rights.',
      });
    }
    // Others wrote what is in it: a text that looks like a reference stays a text, or it would be
    // read with the rights of the admin.
    const args = {
      payload: holdsReference(payload)
        ? await runValues.seal(caller, workspace, { value: payload, secrets: [] })
        : payload,
    };
    const call = { ...systemCall(workspace), caller, signal };
    const ended = await jobs.runWait(call, path, { args, waitMs, invisibleToOwner: false });
    if (!ended.done) throw new AppError('timeout', `The script ${path} takes too long.`);
    if (ended.success) return ended.result;
    throw new AppError('unprocessable', `The script ${path} failed.`, {
      hint: `Its job is ${ended.id}.`,
    });
  };
