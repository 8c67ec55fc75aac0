// Hooks on a database of their own, behind a door, for tests that ask them as the gateway does: an
// admin, a developer and an operator call operations; calls of services are made up.
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { AppError, createLog, newId, newSecret, systemClock } from '../../src/base/index.ts';
import { createEgress } from '../../src/egress/index.ts';
import { createHooks, type Hooks, type HookView } from '../../src/gateway/hooks/index.ts';
import {
  anonymous,
  authoriseStage,
  type Caller,
  createCatalog,
  createDoor,
  resolveStage,
  type Role,
  systemCall,
  validateStage,
} from '../../src/operation/index.ts';
import { openStore } from '../../src/store/index.ts';
import { type FreshDatabase, freshDatabase } from './database.ts';
import { type MovingClock, movingClock } from './moving-clock.ts';

type RunScript = Parameters<typeof createHooks>[0]['runScript'];

function person(username: string, role: Role): Caller {
  return {
    ...anonymous,
    kind: 'session',
    userId: newId(),
    email: `${username}@example.com`,
    scopes: null,
    readOnly: false,
    membership: {
      workspace: 'main',
      username,
      role,
      groups: ['all', `${username}s`],
      folders: { read: [], write: [], own: [] },
    },
  };
}

const people = {
  admin: person('admin', 'admin'),
  ann: person('ann', 'developer'),
  bob: person('bob', 'operator'),
};
export type Who = keyof typeof people;

/** AES-GCM bound to workspace and use, as the vault of the engine does it. */
function createSealer() {
  const keyOf = (text: string) => createHash('sha256').update(text).digest();
  return {
    async seal(workspace: string, { use, value }: { use: string; value: string }) {
      const nonce = newSecret(12);
      const cipher = createCipheriv('aes-256-gcm', keyOf(`${workspace} ${use}`), nonce);
      const hidden = Buffer.concat([cipher.update(value), cipher.final()]);
      return [nonce, hidden.toString('base64'), cipher.getAuthTag().toString('base64')].join(' ');
    },
    async open(workspace: string, { use, value }: { use: string; value: string }) {
      const [nonce = '', hidden = '', tag = ''] = value.split(' ');
      const cipher = createDecipheriv('aes-256-gcm', keyOf(`${workspace} ${use}`), nonce);
      cipher.setAuthTag(Buffer.from(tag, 'base64'));
      return `${cipher.update(hidden, 'base64', 'utf8')}${cipher.final('utf8')}`;
    },
  };
}

export interface HookKit {
  database: FreshDatabase;
  hooks: Hooks;
  clock: MovingClock;
  logLines: string[];
  /** Calls an operation; throws what the door throws. */
  op(name: string, input?: object, who?: Who): Promise<any>;
  /** The error that an operation ends with. */
  refused(name: string, input: object, who?: Who): Promise<AppError>;
  /** A call of a service, with what is not said taken from an ordinary one. */
  view(more?: Partial<HookView>, who?: Who): HookView;
  stop(): Promise<void>;
}

const noScript: RunScript = async () => {
  throw new AppError('not_found', 'no script was expected');
};

/** Connections of their own, because none hears what it says itself. */
async function besides({ url }: FreshDatabase): Promise<FreshDatabase> {
  const log = createLog('warn');
  const config = { dataFolder: '', databaseUrl: url };
  const store = await openStore({ config, log, clock: systemClock });
  return { url, db: store.db, drop: () => store.close() };
}

/** `beside`: other hooks whose database these share, as another process would. */
export async function startHooks({
  runScript = noScript,
  beside,
}: { runScript?: RunScript; beside?: HookKit } = {}): Promise<HookKit> {
  const database = beside ? await besides(beside.database) : await freshDatabase();
  const logLines: string[] = [];
  const clock = movingClock();
  const egress = createEgress({ allow: ['127.0.0.1'] });
  const log = createLog('debug', (line) => logLines.push(line));
  const { db } = database;
  const hooks = createHooks({ db, clock, log, egress, sealer: createSealer(), runScript });
  await hooks.start();
  const catalog = createCatalog([hooks.operations]);
  const relations = { extraPerms: async () => undefined };
  const door = createDoor(catalog, [
    resolveStage(catalog),
    validateStage,
    authoriseStage(relations),
  ]);
  const op: HookKit['op'] = (name, input = {}, who = 'admin') =>
    door.invoke({ ...systemCall('main'), caller: people[who] }, name, input);
  return {
    database,
    hooks,
    clock,
    logLines,
    op,
    async refused(name, input, who) {
      try {
        await op(name, input, who);
      } catch (error) {
        if (error instanceof AppError) return error;
        throw error;
      }
      throw new Error(`${name} was not refused`);
    },
    view(more = {}, who = 'ann') {
      const { userId, email, membership } = people[who];
      return {
        callId: newId(),
        workspace: 'main',
        subject: {
          userId: userId ?? '',
          username: who,
          email,
          role: membership?.role ?? '',
          groups: membership?.groups ?? [],
        },
        actor: null,
        delegation: null,
        service: 'tracker',
        tool: 'tracker_write_actions',
        action: 'create_issue',
        class: 'write',
        params: { project: 'PAY', summary: 'Pay later' },
        ...more,
      };
    },
    async stop() {
      await hooks.stop();
      await egress.stop();
      await database.drop();
    },
  };
}
