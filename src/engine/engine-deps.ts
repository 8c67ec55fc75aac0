// What the engine needs from outside; it starts nothing by itself.
import type { Clock, Config, RootLog, SlowTick } from '../base/index.ts';
import type { Egress } from '../egress/index.ts';
import type { Caller } from '../operation/index.ts';
import type { Database } from '../store/index.ts';
import type { MarkFlow } from './flows/index.ts';
import type { Builder } from './languages/index.ts';
import type { Runners } from './runners/index.ts';

export interface EngineDeps {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: RootLog;
  config: Pick<
    Config,
    | 'workerSlots'
    | 'workerGroup'
    | 'workerTags'
    | 'drainMs'
    | 'retentionMs'
    | 'allowUnsandboxed'
    | 'waitMs'
    | 'dataFolder'
    | 'masterKey'
  >;
  runners: Runners;
  egress: Egress;
  builder: Builder;
  sandbox: { kind: string };
  /** The address that scripts reach the server under. */
  origin: () => string;
  /** Does this process serve, or only run jobs? */
  mode: 'server' | 'worker';
  /** Jobs of this process reach the server through another process. */
  callsElsewhere: boolean;
  /** Somebody with full rights in a workspace, for what a job refers to in its arguments. */
  memberOf: (workspace: string, username: string) => Promise<Caller | undefined>;
  /** The username of a member, by e-mail address. */
  usernameOf: (workspace: string, email: string) => Promise<string | undefined>;
  /** Told after a star was set or taken: what tokens may do follows. */
  onStarred: () => void;
  /** Told at the points of a flow where a crash must do no harm. */
  mark: MarkFlow;
}
