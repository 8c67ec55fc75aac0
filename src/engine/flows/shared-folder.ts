// `same_worker`: the steps of a run share a folder, so they run where it is. Its sub-flows are in
// it too. What holds the folder is a worker (`homes/`); when that is gone, so is the run.
import { AppError } from '../../base/index.ts';
import { type Homes, lostFolder } from '../homes/index.ts';
import type { ChildRow } from './children.ts';
import type { FlowRun } from './runs.ts';

/** The run whose folder the steps of this one share; null when they share none. */
export function sharedFolderOf({ row, source }: FlowRun): string | null {
  if (row.sharedFolder) return row.sharedFolder;
  return row.flowNode === null && source.value.same_worker ? row.id : null;
}

/** A step as the home of its folder takes it. Throws `gone` when that worker is no more. */
export async function atHome(homes: Pick<Homes, 'of'>, row: ChildRow): Promise<ChildRow> {
  const { sharedFolder: folder } = row;
  if (!folder || row.finished || row.flowState) return row;
  const home = await homes.of(folder);
  // It would begin with what a killed run left half written, or with nothing.
  const once = { ...row, rerunOnCrash: false };
  if (!home) return once;
  if (home.alive) return { ...once, tag: home.worker };
  if (row.flowStepId === 'failure') return { ...row, sharedFolder: null };
  throw new AppError('gone', lostFolder);
}
