// Jobs that resolve the imports of code that is not deployed: what they ask for is in their rows,
// and a worker that serves the tag `dependency` does it. Who asks reads the lock as any result.
import type { Call } from '../../operation/index.ts';
import type { Language, LocalScripts } from '../scripts/index.ts';
import { builtInTags, type RunOptions } from './job.ts';
import type { Push } from './queue.ts';
import { pushOf, type RunDeps } from './run.ts';

interface Source {
  content: string;
  language: Language;
  path: string;
  localScripts?: LocalScripts | undefined;
}

interface FlowSource extends Pick<Source, 'path' | 'localScripts'> {
  value: Record<string, unknown>;
}

type Wanted = Pick<Push, 'kind' | 'path' | 'language' | 'rawCode'>;

/** Resolving twice does no harm: it goes on when its worker dies. */
const terms = {
  hash: null,
  bundleHash: null,
  parameters: [],
  isolation: 'fresh',
  tag: builtInTags.dependency,
  timeoutS: null,
  rerunOnCrash: true,
} as const;

export function createLocks(deps: Pick<RunDeps, 'now' | 'mayBringCode'>) {
  function pushLock(call: Call, wanted: Wanted, args: RunOptions['args']): Push {
    deps.mayBringCode(call);
    return pushOf(deps, call, {
      code: { ...terms, ...wanted },
      options: { args, invisibleToOwner: false },
    });
  }

  return {
    /** The job's result is `{lock}`; '' when there is nothing to lock. */
    script(call: Call, { content, language, path, localScripts }: Source): Push {
      const wanted = { kind: 'dependencies', path, language, rawCode: content } as const;
      return pushLock(call, wanted, localScripts ? { localScripts } : {});
    },

    /** The job's result is `{updated_flow_value}`. */
    flow(call: Call, { value, path, localScripts }: FlowSource): Push {
      const wanted = { kind: 'flowdependencies', path, language: null, rawCode: null } as const;
      return pushLock(call, wanted, { value, ...(localScripts ? { localScripts } : {}) });
    },
  };
}
