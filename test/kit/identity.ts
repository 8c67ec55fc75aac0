// Identity alone behind a real door on a fresh database, with a clock that the test moves: for
// rules of people, tokens and permissions. The whole server is in `server.ts`.
import assert from 'node:assert/strict';
import {
  AppError,
  type Clock,
  createLog,
  createSlowTick,
  type ErrorCode,
  newId,
} from '../../src/base/index.ts';
import {
  createIdentity,
  type DelegatedTokens,
  type Identity,
  type JobTokens,
} from '../../src/identity/index.ts';
import {
  anonymous,
  auditStage,
  authoriseStage,
  type Call,
  type Caller,
  createAuditLog,
  createCatalog,
  createDoor,
  resolveStage,
  type Role,
  validateStage,
} from '../../src/operation/index.ts';
import { type Database, openStore } from '../../src/store/index.ts';
import { freshDatabase } from './database.ts';

export const password = 'correct horse battery';

/** A clock that stands still until the test moves it. */
function heldClock(): Clock & { pass(ms: number): void } {
  let now = 1_800_000_000_000;
  const timers = new Set<{ at: number; run: () => void }>();
  return {
    now: () => now,
    after(delayMs, run) {
      const timer = { at: now + delayMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    pass(ms) {
      now += ms;
      for (const timer of [...timers].filter(({ at }) => at <= now)) {
        if (timers.delete(timer)) timer.run();
      }
    },
  };
}

/** For `assert.rejects`: refused with this code, and words that match. */
export function refusal(code: ErrorCode, words = /./): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(`${error.message} ${error.hint ?? ''}`, words);
    return true;
  };
}

/** Calls operations as somebody, in the workspace `home` unless told otherwise. */
export type Invoke = (name: string, input?: unknown, workspace?: string | null) => Promise<any>;

export interface TestIdentity {
  db: Database;
  clock: ReturnType<typeof heldClock>;
  identity: Identity;
  /** Everything that was logged, to look for what must not be there. */
  logLines: string[];
  jobs: Map<string, NonNullable<Awaited<ReturnType<JobTokens['find']>>>>;
  delegated: Map<string, NonNullable<Awaited<ReturnType<DelegatedTokens['find']>>>>;
  /** The session of the owner, who is instance admin and admin of `home` as `owner`. */
  ownerToken: string;
  /** As whoever holds the token; null: as nobody. Throws like the door. */
  as(token: string | null): Invoke;
  /** As a caller that the test made up. */
  asCaller(caller: Caller): Invoke;
  /** Adds a person to `home` and logs in; answers the session. No role: to no workspace. */
  person(name: string, role?: Role): Promise<string>;
  /** Identity of another process on the same database. */
  another(): Promise<Identity>;
  stop(): Promise<void>;
}

function doorOf(identity: Identity, db: Database, clock: Clock) {
  const catalog = createCatalog([identity.operations]);
  const audit = createAuditLog({ db, clock, log: createLog('error') });
  const relations = { extraPerms: identity.extraPerms };
  const stages = [resolveStage(catalog), validateStage, authoriseStage(relations)];
  return { audit, door: createDoor(catalog, [auditStage(audit), ...stages]) };
}

function callBy(caller: Caller, workspace: string | null): Call {
  return {
    id: newId(),
    caller,
    workspace,
    surface: 'rest',
    signal: new AbortController().signal,
    causedBy: null,
    depth: 0,
  };
}

export const ownerEmail = 'owner@example.com';

export async function startIdentity({ bare = false } = {}): Promise<TestIdentity> {
  const { db, url, drop } = await freshDatabase();
  const clock = heldClock();
  const logLines: string[] = [];
  const log = createLog('debug', (line) => logLines.push(line));
  const jobs: TestIdentity['jobs'] = new Map();
  const jobTokens: JobTokens = { find: async (token) => jobs.get(token) };
  const delegated: TestIdentity['delegated'] = new Map();
  const delegatedTokens: DelegatedTokens = { find: async (token) => delegated.get(token) };
  const tick = createSlowTick({ clock, log });
  const handlersOf = async () => [];
  const webhookOf = async () => null;
  const toolsOf = async () => [];
  const dropGrants = async () => undefined;
  const holdsItems = async () => false;
  const starsOf = async () => ({ scripts: [], flows: [] });
  const rules = { handlersOf, webhookOf, dropGrants, holdsItems, toolsOf, starsOf };
  const ports = { jobTokens, delegatedTokens, ...rules };
  const identity = createIdentity({ db, clock, tick, log, ...ports });
  await identity.start();
  const { audit, door } = doorOf(identity, db, clock);
  const undo: (() => Promise<void>)[] = [() => audit.drain(), () => identity.stop()];

  const asCaller: TestIdentity['asCaller'] =
    (caller) =>
    (name, input = {}, workspace = 'home') =>
      door.invoke(callBy(caller, workspace), name, input);
  const as: TestIdentity['as'] =
    (token) =>
    async (name, input = {}, workspace = 'home') => {
      const found = token === null ? anonymous : await identity.callerOfToken(token, workspace);
      return asCaller(found ?? anonymous)(name, input, workspace);
    };
  const login = async (email: string): Promise<string> =>
    (await as(null)('session.login', { email, password })).token;

  let ownerToken = '';
  if (!bare) {
    await identity.createOwner({ email: ownerEmail, password, workspace: 'home' });
    ownerToken = await login(ownerEmail);
  }
  const kit: TestIdentity = {
    db,
    clock,
    identity,
    logLines,
    jobs,
    delegated,
    ownerToken,
    as,
    asCaller,
    async person(name, role) {
      const email = `${name}@example.com`;
      const owner = as(kit.ownerToken);
      await owner('users.create', { email, password });
      if (role) await owner('members.add', { email, username: name, role });
      return login(email);
    },
    async another() {
      const config = { dataFolder: '', databaseUrl: url };
      const store = await openStore({ config, log, clock });
      const other = createIdentity({ db: store.db, clock, tick, log, ...ports });
      await other.start();
      undo.push(async () => {
        await other.stop();
        await store.close();
      });
      return other;
    },
    async stop() {
      for (const step of undo.toReversed()) await step();
      await drop();
    },
  };
  return kit;
}
