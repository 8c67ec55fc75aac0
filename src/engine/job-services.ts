// What jobs are served beside their arguments: stored files and id tokens.
import type { Clock, SlowTick } from '../base/index.ts';
import type { AnyOperation } from '../operation/index.ts';
import type { Database } from '../store/index.ts';
import { createIdTokens, idTokenOperations } from './id-tokens/index.ts';
import type { Items } from './items.ts';
import { createStorage, createStoragePruner, storageOperations } from './storage/index.ts';

export function createJobServices({
  items,
  tick,
  ...deps
}: {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  items: Pick<Items, 'deriveKey' | 'resources'>;
  origin: () => string;
}) {
  const { deriveKey, resources } = items;
  const storage = createStorage({ ...deps, deriveKey });
  const idTokens = createIdTokens({ ...deps, deriveKey });
  const pruner = createStoragePruner({ ...deps, tick });
  const operations: AnyOperation[] = [
    ...storageOperations(storage, resources.getValueInterpolated),
    ...idTokenOperations(idTokens),
  ];
  return {
    operations,
    /** The bytes of stored files, for the surface that streams them; who may is settled before. */
    files: { receive: storage.receive, bytes: storage.bytes },
    start: pruner.start,
    stop: pruner.stop,
  };
}
