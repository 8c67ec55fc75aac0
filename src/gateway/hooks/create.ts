// Puts hooks together: what is stored, what is loaded, and what is asked for each call.
import type { Clock, Log } from '../../base/index.ts';
import type { Egress } from '../../egress/index.ts';
import { createRevisions, type Database } from '../../store/index.ts';
import type { Sealer } from '../sealer.ts';
import { createBackground } from './background.ts';
import { createHookCache } from './cache.ts';
import { createHooksOf, secretUse } from './hooks.ts';
import { createJudge, type RunScript } from './judge.ts';
import { hookOperations } from './operations/index.ts';
import { createWebhooks } from './outside.ts';
import { createHookRunner } from './run.ts';
import { createTrial } from './trial.ts';

export interface HooksDeps {
  db: Database;
  clock: Clock;
  log: Log;
  egress: Pick<Egress, 'fetch'>;
  sealer: Sealer;
  /** With the rights of the person that it names, who has to be an admin still. */
  runScript: RunScript;
}

export type Hooks = ReturnType<typeof createHooks>;

export function createHooks({ db, clock, log, egress, sealer, runScript }: HooksDeps) {
  // Of its own: the lists of tools that `gateway_changed` tells of do not depend on hooks.
  const changes = createRevisions(db, 'gateway_hooks');
  const cache = createHookCache({ db, log, changes });
  const background = createBackground({ clock, log });
  const judge = createJudge({
    clock,
    log,
    runScript,
    webhooks: createWebhooks({ egress, clock }),
    openSecret: (workspace, value) => sealer.open(workspace, { use: secretUse, value }),
    background: background.run,
  });
  const runner = createHookRunner({ cache, judge, log, clock });
  const hooks = createHooksOf({ db, clock, cache, sealer });
  return {
    before: runner.before,
    after: runner.after,
    sessionHints: runner.sessionHints,
    operations: hookOperations(hooks, createTrial(runner)),
    start: changes.start,
    async stop(): Promise<void> {
      changes.stop();
      await background.stop();
    },
  };
}
