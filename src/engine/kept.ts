// Puts together what is kept beside the items: stars, saved inputs and the trash.
import type { AnyOperation } from '../operation/index.ts';
import { createFavorites, favoriteOperations } from './favorites/index.ts';
import { createInputs, inputOperations } from './inputs/index.ts';
import type { Jobs } from './jobs/index.ts';
import type { Scripts } from './scripts/index.ts';
import { createTrash, trashOperations } from './trash/index.ts';

export type KeptDeps = Parameters<typeof createFavorites>[0] &
  Parameters<typeof createTrash>[0] & {
    scripts: Pick<Scripts, 'getByHash'>;
    jobs: Pick<Jobs, 'value'>;
    /** Told after a star was set or taken. */
    onStarred: (workspace: string) => void;
  };

export function createKept(deps: KeptDeps) {
  const { scripts, jobs } = deps;
  const inputs = createInputs({
    ...deps,
    pathOfHash: async (call, hash) => (await scripts.getByHash(call, hash)).path,
    async argsOfJob(call, id) {
      const args = await jobs.value(call, { id, of: 'args' });
      return (args ?? {}) as Record<string, unknown>;
    },
  });
  const trash = createTrash(deps);
  const operations: AnyOperation[] = [
    ...favoriteOperations(createFavorites({ ...deps, onChanged: deps.onStarred })),
    ...inputOperations(inputs),
    ...trashOperations(trash),
  ];
  return { operations, start: trash.start, stop: trash.stop };
}
