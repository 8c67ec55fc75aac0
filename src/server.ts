// Builds one server out of its parts and knows in which order they start and stop. Top floor:
// it knows everyone and is known only by `main.ts` and the tests' kit.
import {
  AppError,
  type Clock,
  type Config,
  createMetrics,
  createSlowTick,
  type Log,
  type Metrics,
  type RootLog,
  systemClock,
  version,
} from './base/index.ts';
import {
  createBuilder,
  createDocumentation,
  createEngine,
  createRunners,
  documentationOperations,
  type Engine,
  type MarkFlow,
  openSandbox,
} from './engine/index.ts';
import { createEgress } from './egress/index.ts';
import { createGateway, type Gateway } from './gateway/index.ts';
import {
  createIdentity,
  type DelegatedTokens,
  type Identity,
  type ToolsOf,
} from './identity/index.ts';
import {
  auditOperations,
  auditStage,
  authoriseStage,
  confirmation,
  createAuditLog,
  createCatalog,
  createDoor,
  type Door,
  type Relations,
  resolveStage,
  systemCall,
  validateStage,
} from './operation/index.ts';
import { createPulse, type Database, openStore, type Store } from './store/index.ts';
import { createHttpServer } from './surface/http/index.ts';
import { createConformance, createMcp } from './surface/mcp/index.ts';

export interface Server {
  origin: string;
  door: Door;
  identity: Identity;
  /** How runs are confined: `bwrap`, `uid` or `none`, and why not better. */
  sandbox: { kind: string; reason: string | null };
  /** Drains and leaves nothing behind. */
  stop(): Promise<void>;
}

/** A part that does not stop by then (its database is gone) is left behind. */
const stopWithinMs = 5000;

/** Runs `undo` steps in reverse order, each even if an earlier one failed or hangs. */
function createUndo(log: Log, clock: Clock, drainMs: number) {
  const withinMs = drainMs + stopWithinMs;
  const late = (): Promise<never> =>
    new Promise((_, reject) => {
      clock.after(withinMs, () => reject(new Error(`not done in ${withinMs} ms`)));
    });
  const steps: { name: string; undo: () => Promise<void> | void }[] = [];
  return {
    push: (name: string, undo: () => Promise<void> | void) => steps.push({ name, undo }),
    async run(): Promise<void> {
      for (const { name, undo } of steps.splice(0).toReversed()) {
        try {
          await Promise.race([undo(), late()]);
        } catch (error) {
          log.error(`stopping ${name} failed`, { error });
        }
      }
    },
  };
}

/** What the parts of a process share. */
interface Ground {
  config: Config;
  log: RootLog;
  clock: Clock;
  undo: ReturnType<typeof createUndo>;
  metrics: Metrics;
  mark: MarkFlow;
}

export interface StartOptions {
  log: RootLog;
  clock?: Clock;
  /** Opening already while the modules load; first start and restart gain 60 ms by it. */
  store?: Promise<Store>;
  /** For tests of crashes. */
  mark?: MarkFlow;
}

/** Runs `work` on common ground. When it throws, what it had started is stopped again. */
async function onGround<Result>(
  config: Config,
  { log, clock = systemClock, mark = () => undefined }: StartOptions,
  work: (ground: Ground) => Promise<Result>,
): Promise<Result> {
  const undo = createUndo(log, clock, config.drainMs);
  try {
    return await work({ config, log, clock, undo, mark, metrics: createMetrics() });
  } catch (error) {
    await undo.run();
    throw error;
  }
}

/** What a server and a worker have in common: store, sandbox, engine, and who people are. */
async function createBase(
  { config, log, clock, undo, mark }: Ground,
  how: {
    opening: Promise<Store>;
    origin: () => string;
    callsElsewhere: boolean;
    mode: 'server' | 'worker';
    toolsOf: ToolsOf;
    delegatedTokens: DelegatedTokens;
  },
) {
  const { opening, origin, callsElsewhere, mode, toolsOf, delegatedTokens } = how;
  const { dataFolder } = config;
  const store = await opening;
  undo.push('the store', () => store.close());
  const sandbox = await openSandbox({ mode: config.sandbox, log });
  undo.push('the sandbox', () => sandbox.close());
  const environment = config.packageEnvironment;
  const builder = createBuilder({ dataFolder, sandbox, log, environment });
  undo.push('the builder', () => builder.stop());
  const { db } = store;
  const runners = createRunners({ dataFolder, sandbox, log, clock });
  const egress = createEgress({ allow: config.egressAllow });
  undo.push('requests of its own', () => egress.stop());
  const tick = createSlowTick({ clock, log });
  const shared = { db, clock, tick, log, config, runners, egress, builder, sandbox, origin, mark };
  const engine = createEngine({
    ...shared,
    mode,
    callsElsewhere,
    memberOf: (workspace, username) => identity.membership(workspace, username),
    usernameOf: (workspace, email) => identity.usernameOf(workspace, email),
    onStarred: () => identity.starsChanged(),
  });
  const jobTokens = { find: engine.findJobOfToken };
  const { handlers: handlersOf, webhook: webhookOf, dropGrants, holdsItems, starsOf } = engine;
  const ports = { jobTokens, handlersOf, webhookOf, dropGrants, holdsItems, toolsOf, starsOf };
  const identity = createIdentity({ db, clock, tick, log, delegatedTokens, ...ports });
  return { db, tick, sandbox, engine, identity, egress };
}

interface Parts {
  db: Database;
  engine: Engine;
  identity: Identity;
  gateway: Gateway;
  origin: () => string;
}

/** The door with its stages, outermost first: the one list of what every call passes. */
function openDoor(
  { log, clock, undo }: Ground,
  { db, engine, identity, gateway, origin }: Parts,
): Door {
  const relations: Relations = {
    extraPerms: async (workspace, target) =>
      (await engine.extraPerms(workspace, target)) ?? identity.extraPerms(workspace, target),
  };
  const audit = createAuditLog({ db, clock, log });
  undo.push('the audit log', () => audit.drain());
  const catalog = createCatalog([
    engine.operations,
    identity.operations,
    gateway.operations,
    documentationOperations(createDocumentation({ origin })),
    auditOperations({ db, clock }),
  ]);
  return createDoor(catalog, [
    auditStage(audit),
    resolveStage(catalog),
    validateStage,
    authoriseStage(relations),
    confirmation.stage({ db, clock }),
  ]);
}

/** Starts everything. When it throws, what had started is stopped again. */
export function startServer(config: Config, options: StartOptions): Promise<Server> {
  return onGround(config, options, async (ground) => {
    const { log, clock, undo, metrics } = ground;
    let origin = config.baseUrl ?? '';
    const opening = options.store ?? openStore({ config, log, clock, role: 'server' });
    // Behind a public address there may be more servers than this one.
    const callsElsewhere = config.baseUrl !== undefined;
    const base = await createBase(ground, {
      opening,
      origin: () => origin,
      callsElsewhere,
      mode: 'server',
      toolsOf: (caller, workspace) => mcp.preview(caller, workspace),
      delegatedTokens: { find: (token) => gateway.findToken(token) },
    });
    const { db, tick, sandbox, engine, identity, egress } = base;
    const whereabouts = { origin: () => origin };
    const consent = confirmation.obtain({ db, clock });
    const { deriveKey, runAsAdmin: runScript } = engine;
    const invoke: Door['invoke'] = (...asked) => door.invoke(...asked);
    const { membership: memberOf, person: personIn, usernameOf, accounts: people } = identity;
    const whom = { people, memberOf, personIn, usernameOf, directory: { names: identity.namesOf } };
    const ways = { egress, sandbox, engine, deriveKey, consent, runScript };
    const below = { db, tick, ...ways, ...whom };
    const gateway = createGateway({ ...ground, ...below, ...whereabouts, invoke });
    const door = openDoor(ground, { db, engine, identity, gateway, ...whereabouts });
    const endpoint = { log, clock, version, metrics, ...whereabouts };
    const conformance = config.conformance ? createConformance(endpoint) : undefined;
    const mcp = createMcp({
      ...endpoint,
      door,
      waitMs: config.waitMs,
      callsPerMinute: config.mcpCallsPerMinute,
      runnables: (caller, workspace) =>
        engine.runnables({ ...systemCall(workspace), caller, surface: 'mcp' }),
      runnablesVersion: engine.runnablesVersion,
      onToolsChanged(listener) {
        const ends = [
          engine.onRunnablesChanged(listener),
          gateway.onChanged(listener),
          identity.onChanged(() => listener(null)),
        ];
        return () => ends.forEach((end) => end());
      },
      onJobMoved: engine.onJobMoved,
      services: { tools: gateway.tools, revision: gateway.revision },
      sessionHints: gateway.sessionHints,
      workspaces: identity.workspacesOf,
      deriveKey,
      spend: identity.spend,
    });
    const { routes, files } = engine;
    const { artifacts, clients } = identity;
    const oauth = { artifacts, clients, egress, deriveKey, delegation: gateway.delegation };
    const isWell = createPulse({ db, clock });
    const shared = { door, identity, config, version, log, clock, metrics, isWell };
    const http = createHttpServer({ ...shared, oauth, mcp, conformance, routes, files, gateway });

    identity.onWorkspaceCreated((workspace) => engine.addSample(workspace));
    await identity.start();
    undo.push('identity', () => identity.stop());
    await gateway.start();
    undo.push('the gateway', () => gateway.stop());
    const listening = await http.listen();
    undo.push('the HTTP server', () => http.close());
    origin = listening.origin;
    await engine.start();
    undo.push('the engine', () => engine.stop());
    // First of all: from here on /health says that the server drains.
    undo.push('new requests', () => http.drain());
    if (config.owner) await identity.createOwner({ ...config.owner, workspace: config.workspace });
    const { kind, reason } = sandbox;
    return { origin, door, identity, sandbox: { kind, reason }, stop: () => undo.run() };
  });
}

/** A worker process of its own: no HTTP, the same database. */
export function startWorker(
  config: Config,
  options: StartOptions,
): Promise<{ stop(): Promise<void> }> {
  return onGround(config, options, async (ground) => {
    if (config.workerSlots === 0) {
      throw new AppError('invalid_input', 'A worker needs at least one slot.', {
        hint: 'Give MILLRACE_WORKER_SLOTS a number above 0.',
      });
    }
    const { log, clock, undo } = ground;
    const opening = options.store ?? openStore({ config, log, clock, role: 'worker' });
    const origin = (): string => config.baseUrl ?? `http://127.0.0.1:${config.port}`;
    const toolsOf = async () => [];
    // Nobody calls a worker.
    const delegatedTokens = { find: async () => undefined };
    const ports = { toolsOf, delegatedTokens };
    const how = { opening, origin, callsElsewhere: true, mode: 'worker' as const, ...ports };
    const { engine, identity } = await createBase(ground, how);
    await identity.start();
    undo.push('identity', () => identity.stop());
    await engine.start();
    undo.push('the engine', () => engine.stop());
    return { stop: () => undo.run() };
  });
}
