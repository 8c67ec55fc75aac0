// The scripts that steps call: found once and kept while nothing in the workspace changed, here or
// in another process, and for a few seconds at most; a loop asks for the same one at each turn.
import type { Clock } from '../../base/index.ts';
import type { Runnable, Scripts } from '../scripts/index.ts';

const keepMs = 5_000;
const maxKept = 2_000;

interface Kept {
  /** Of the workspace, before it was read. */
  version: string;
  until: number;
  found: Runnable;
}

export interface CalledDeps {
  scripts: Pick<Scripts, 'runnable'>;
  /** Differs once something in the workspace may have changed. */
  versionOf: (workspace: string) => string;
  clock: Clock;
}

/** `Scripts.runnable` for steps; what is not there is looked for each time. */
export function createCalled({ scripts, versionOf, clock }: CalledDeps): Scripts['runnable'] {
  const all = new Map<string, Kept>();
  return async (workspace, path) => {
    const key = `${workspace}\n${path}`;
    const version = versionOf(workspace);
    const kept = all.get(key);
    if (kept?.version === version && clock.now() < kept.until) return kept.found;
    const found = await scripts.runnable(workspace, path);
    all.delete(key);
    if (!found) return undefined;
    all.set(key, { version, until: clock.now() + keepMs, found });
    const [oldest] = all.size > maxKept ? all.keys() : [];
    if (oldest !== undefined) all.delete(oldest);
    return found;
  };
}
