// Builds one server out of its parts and knows in which order they start and stop. Top floor:
// it knows everyone and is known only by `main.ts` and the tests' kit.
import { AppError, type Clock, type Config, type Log, systemClock, version } from './base/index.ts';
import { createBuilder, createEngine, createRunners, openSandbox } from './engine/index.ts';
import { createIdentity, type Identity } from './identity/index.ts';
import {
  auditOperations,
  auditStage,
  authoriseStage,
  createAuditLog,
  createCatalog,
  createDoor,
  type Door,
  type Relations,
  resolveStage,
  systemCall,
  validateStage,
} from './operation/index.ts';
import { openStore } from './store/index.ts';
import { createHttpServer } from './surface/http/index.ts';
import { createMcp } from './surface/mcp/index.ts';

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
const stopWithinMs = 15_000;

/** Runs `undo` steps in reverse order, each even if an earlier one failed or hangs. */
function createUndo(log: Log, clock: Clock) {
  const late = (): Promise<never> =>
    new Promise((_, reject) => {
      clock.after(stopWithinMs, () => reject(new Error(`not done in ${stopWithinMs} ms`)));
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

/** Starts everything. When it throws, what had started is stopped again. */
export async function startServer(
  config: Config,
  { log, clock = systemClock }: { log: Log; clock?: Clock },
): Promise<Server> {
  const undo = createUndo(log, clock);
  try {
    return await build(config, { log, clock, undo });
  } catch (error) {
    await undo.run();
    throw error;
  }
}

async function build(
  config: Config,
  { log, clock, undo }: { log: Log; clock: Clock; undo: ReturnType<typeof createUndo> },
): Promise<Server> {
  const [store, sandbox] = await Promise.all([
    openStore({ config, log, clock, role: 'server' }),
    openSandbox({ mode: config.sandbox, log }),
  ]);
  const { db } = store;
  undo.push('the store', () => store.close());

  let origin = config.baseUrl ?? '';
  const runners = createRunners({ dataFolder: config.dataFolder, sandbox, log, clock });
  const builder = createBuilder({
    dataFolder: config.dataFolder,
    sandbox,
    log,
    environment: config.packageEnvironment,
  });
  undo.push('the builder', () => builder.stop());
  const engine = createEngine({
    db,
    clock,
    log,
    config,
    runners,
    builder,
    sandbox,
    origin: () => origin,
    workerGroup: 'default',
  });
  const identity = createIdentity({ db, clock, log, jobTokens: { find: engine.findJobOfToken } });
  const relations: Relations = {
    extraPerms: async (workspace, target) =>
      target.kind === 'scripts'
        ? engine.extraPerms(workspace, target.path)
        : identity.extraPerms(workspace, target),
  };
  const audit = createAuditLog({ db, clock, log });
  undo.push('the audit log', () => audit.drain());
  const catalog = createCatalog([engine.operations, identity.operations, auditOperations(db)]);
  const door = createDoor(catalog, [
    auditStage(audit),
    resolveStage(catalog),
    validateStage,
    authoriseStage(relations),
  ]);
  const mcp = createMcp({
    door,
    log,
    clock,
    origin: () => origin,
    version,
    waitMs: config.waitMs,
    runnables: (caller, workspace) =>
      engine.runnables({ ...systemCall(workspace), caller, surface: 'mcp' }),
    runnablesVersion: engine.runnablesVersion,
  });
  const http = createHttpServer({ door, identity, config, version, log, clock, mcp });

  identity.onWorkspaceCreated((workspace) => engine.addSample(workspace));
  await identity.start();
  undo.push('identity', () => identity.stop());
  const listening = await http.listen();
  undo.push('the HTTP server', () => http.close());
  origin = listening.origin;
  await engine.start();
  undo.push('the engine', () => engine.stop());
  // First of all: from here on /health says that the server drains.
  undo.push('new requests', () => http.drain());
  if (config.owner) await identity.createOwner({ ...config.owner, workspace: config.workspace });
  return {
    origin,
    door,
    identity,
    sandbox: { kind: sandbox.kind, reason: sandbox.reason },
    stop: () => undo.run(),
  };
}

/** A worker process of its own: no HTTP, the same database. */
export async function startWorker(
  config: Config,
  { log, clock = systemClock }: { log: Log; clock?: Clock },
): Promise<{ stop(): Promise<void> }> {
  if (config.workerSlots === 0) {
    throw new AppError('invalid_input', 'A worker needs at least one slot.', {
      hint: 'Give MILLRACE_WORKER_SLOTS a number above 0.',
    });
  }
  const undo = createUndo(log, clock);
  try {
    const [store, sandbox] = await Promise.all([
      openStore({ config, log, clock, role: 'worker' }),
      openSandbox({ mode: config.sandbox, log }),
    ]);
    undo.push('the store', () => store.close());
    const builder = createBuilder({
      dataFolder: config.dataFolder,
      sandbox,
      log,
      environment: config.packageEnvironment,
    });
    undo.push('the builder', () => builder.stop());
    const engine = createEngine({
      db: store.db,
      clock,
      log,
      config,
      sandbox,
      builder,
      runners: createRunners({ dataFolder: config.dataFolder, sandbox, log, clock }),
      origin: () => config.baseUrl ?? `http://127.0.0.1:${config.port}`,
      workerGroup: 'default',
    });
    await engine.start();
    undo.push('the engine', () => engine.stop());
    return { stop: () => undo.run() };
  } catch (error) {
    await undo.run();
    throw error;
  }
}
