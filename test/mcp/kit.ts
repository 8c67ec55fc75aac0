// The MCP endpoint alone on a real web server: a real door over a few operations that keep their
// jobs in memory, callers by token. For rules of the wire; the whole server is in `test/kit`.
import fastify, { type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError, type Clock, createLog, newId, notFound } from '../../src/base/index.ts';
import type { RunnableTool } from '../../src/engine/index.ts';
import {
  anonymous,
  type AnyOperation,
  authoriseStage,
  type Call,
  type Caller,
  createCatalog,
  createDoor,
  type Door,
  operation,
  resolveStage,
  validateStage,
} from '../../src/operation/index.ts';
import { createMcp, type McpDeps, mcpRoutes } from '../../src/surface/mcp/index.ts';
import type { Loose } from './messages.ts';

export { eventsOf, legacy, type Loose, messagesOf, modern } from './messages.ts';

export const workspace = 'test';

/** A caller with a token of these scopes. */
export function callerWith(scopes: readonly string[] | null, more: Partial<Caller> = {}): Caller {
  return {
    ...anonymous,
    kind: 'token',
    userId: 'user-bob',
    email: 'bob@example.com',
    scopes,
    readOnly: false,
    tokenPrefix: 'abcdefgh',
    membership: {
      workspace,
      username: 'bob',
      role: 'admin',
      groups: ['all'],
      folders: { read: [], write: [], own: [] },
    },
    ...more,
  };
}

export const callers: Record<string, Caller> = {
  all: callerWith(['mcp:all']),
  other: callerWith(['mcp:all'], { userId: 'user-ann', email: 'ann@example.com' }),
  full: callerWith(null),
  none: callerWith(['jobs:run']),
  readOnly: callerWith(['mcp:all'], { readOnly: true }),
  team: callerWith(['mcp:scripts:f/team/*']),
  outsider: callerWith(['mcp:all'], {
    userId: 'user-out',
    email: 'out@example.com',
    membership: null,
  }),
  passing: callerWith(['mcp:all']),
  bound: callerWith(['mcp:all'], { boundWorkspace: workspace }),
  third: callerWith(['mcp:all'], { userId: 'user-cid', email: 'cid@example.com' }),
};

/** A clock that stands still until the test moves it. */
function heldClock(): Clock & { pass(ms: number): void } {
  let now = 1_000_000;
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

export function script(path: string, more: Partial<RunnableTool> = {}): RunnableTool {
  return {
    kind: 'script',
    path,
    summary: `Does ${path}`,
    description: '',
    schema: {
      type: 'object',
      properties: { name: { type: 'string' }, count: { type: 'integer' } },
      required: ['name'],
    },
    hash: newId().replaceAll('-', '').slice(-16),
    hasPreprocessor: false,
    ...more,
  };
}

type Body = (args: Record<string, unknown>, call: Call) => unknown;

interface StoredJob {
  done: boolean;
  success: boolean | null;
  result: unknown;
  path: string | null;
}

export interface Bench {
  origin: string;
  url: string;
  clock: ReturnType<typeof heldClock>;
  logLines: string[];
  /** Everything that reached the door, by operation name. */
  calls: { name: string; call: Call; input: Loose }[];
  jobs: Map<string, StoredJob>;
  setScripts(next: readonly RunnableTool[]): void;
  /** From now on the token of this name is not known. */
  forget(token: string): void;
  /** The server begins to stop. */
  drain(): void;
  /** How often the list of scripts was read. */
  reads(): number;
  post(body: unknown, options?: PostOptions): Promise<Response>;
  stop(): Promise<void>;
}

export interface PostOptions {
  token?: string | null;
  headers?: Record<string, string>;
  path?: string;
  signal?: AbortSignal;
}

/** Runs a body as a job that is over at once, unless it answers `stillRunning`. */
function createRun(bodies: Record<string, Body>, jobs: Bench['jobs']) {
  return async (call: Call, path: string, args: Record<string, unknown>) => {
    const id = newId();
    const body = bodies[path];
    if (!body) throw notFound('script', path);
    const job: StoredJob = { done: true, success: true, result: null, path };
    jobs.set(id, job);
    try {
      const result = await body(args, call);
      if (result === stillRunning) Object.assign(job, { done: false, success: null });
      else job.result = result;
    } catch (error) {
      const { name, message, stack } = error as Error;
      Object.assign(job, { success: false, result: { error: { name, message, stack } } });
    }
    return { id, ...job };
  };
}

const runInput = { path: z.string(), args: z.record(z.string(), z.unknown()).default({}) };
const anyOutput = z.any();
const ofPath = ({ path }: { path: string }) => ({ kind: 'scripts', path });

function runOperations(run: ReturnType<typeof createRun>): AnyOperation[] {
  return [
    operation({
      name: 'jobs.runWait',
      summary: 'Run and wait.',
      risk: 'write',
      action: 'jobs:run',
      on: ofPath,
      input: z.strictObject({ ...runInput, waitMs: z.int() }),
      output: anyOutput,
      run: (call, input) => run(call, input.path, input.args),
    }),
    operation({
      name: 'jobs.run',
      summary: 'Start.',
      risk: 'write',
      action: 'jobs:run',
      tool: 'runScriptByPath',
      on: ofPath,
      input: z.strictObject(runInput),
      output: anyOutput,
      run: async (call, input) => ({ id: (await run(call, input.path, input.args)).id }),
    }),
    operation({
      name: 'scripts.create',
      summary: 'Deploy.',
      risk: 'write',
      action: 'scripts:write',
      tool: 'createScript',
      on: ({ path }) => path,
      input: z.looseObject({ path: z.string() }),
      output: anyOutput,
      run: async (_call, input) => {
        if (input.path === 'u/bob/taken') throw new AppError('conflict', 'Path conflict.');
        return { hash: '0123456789abcdef', path: input.path, created: true };
      },
    }),
  ];
}

function readOperations(jobs: Bench['jobs']): AnyOperation[] {
  const find = (id: string): StoredJob => {
    const job = jobs.get(id);
    if (!job) throw notFound('job', id);
    return job;
  };
  return [
    operation({
      name: 'jobs.wait',
      summary: 'Wait.',
      risk: 'read',
      action: 'jobs:read',
      tool: 'waitJob',
      on: ({ id }) => id,
      input: z.strictObject({ id: z.uuid(), waitMs: z.int() }),
      output: anyOutput,
      run: async (_call, { id }) => ({ id, ...find(id) }),
    }),
    operation({
      name: 'jobs.get',
      summary: 'Read.',
      risk: 'read',
      action: 'jobs:read',
      tool: 'getJob',
      on: ({ id }) => id,
      input: z.strictObject({ id: z.uuid(), noLogs: z.boolean(), noCode: z.boolean() }),
      output: anyOutput,
      run: async (_call, { id, noLogs }) => {
        const job = { id, type: 'CompletedJob', createdAt: 0, ...find(id) };
        return noLogs ? job : { ...job, logs: 'hi' };
      },
    }),
    operation({
      name: 'jobs.list',
      summary: 'List.',
      risk: 'read',
      action: 'jobs:read',
      tool: 'listJobs',
      input: z.strictObject({ page: z.int().optional(), success: z.boolean().optional() }),
      output: anyOutput,
      run: async () => [],
    }),
  ];
}

export const stillRunning = Symbol('still running');

/** A door of the real stages that notes what comes to it. */
function doorOf(operations: AnyOperation[][], calls: Bench['calls']): Door {
  const catalog = createCatalog(operations);
  return createDoor(catalog, [
    async (flight, next) => {
      calls.push({ name: flight.name, call: flight.call, input: flight.input });
      return next();
    },
    resolveStage(catalog),
    validateStage,
    authoriseStage({ extraPerms: async () => undefined }),
  ]);
}

async function admit({ headers }: FastifyRequest, named: string | null): Promise<Caller> {
  const caller = callers[headers.authorization?.replace('Bearer ', '') ?? ''];
  if (!caller) throw new AppError('unauthenticated', 'The token is not known.');
  // As the real one: a member where it is a member, and nowhere without a workspace.
  return caller.membership?.workspace === named ? caller : { ...caller, membership: null };
}

/** Starts the endpoint with scripts whose bodies the test gives; `bodies` names their paths. */
export async function startBench(
  bodies: Record<string, Body>,
  more: { scripts?: readonly RunnableTool[]; deps?: Partial<McpDeps> } = {},
): Promise<Bench> {
  let scripts = more.scripts ?? Object.keys(bodies).map((item) => script(item));
  let version = 1;
  let reads = 0;
  const spent = new Set<string>();
  const changed = new Set<(workspace: string | null) => void>();
  const logLines: string[] = [];
  const log = createLog('debug', (line) => logLines.push(line));
  const clock = heldClock();
  const jobs: Bench['jobs'] = new Map();
  const calls: Bench['calls'] = [];
  const run = createRun(bodies, jobs);
  const door = doorOf([runOperations(run), readOperations(jobs)], calls);
  let origin = '';
  const mcp = createMcp({
    door,
    log,
    clock,
    origin: () => origin,
    version: '1.2.3',
    waitMs: 45_000,
    runnables: async () => {
      reads += 1;
      return { version: String(version), tools: scripts };
    },
    runnablesVersion: () => String(version),
    workspaces: async ({ email }) =>
      email === 'bob@example.com'
        ? [{ id: workspace, name: 'Test', username: 'bob', role: 'admin' }]
        : [],
    onToolsChanged(listener) {
      changed.add(listener);
      return () => changed.delete(listener);
    },
    deriveKey: async () => Buffer.alloc(32, 7),
    spend: async (id) => spent.size < spent.add(id).size,
    ...more.deps,
  });
  const app = fastify({ logger: false });
  await app.register(
    mcpRoutes(mcp, {
      metadataUrl: (path) => `http://127.0.0.1/about${path}`,
      admit,
      callerIn: admit,
      page: (reply, address, named) => reply.type('text/html').send(`${address} ${named}`),
      withToken: (_request, path) => path,
    }),
  );
  origin = await app.listen({ port: 0, host: '127.0.0.1' });
  const url = `${origin}/api/mcp/w/${workspace}/mcp`;
  return {
    origin,
    url,
    clock,
    logLines,
    calls,
    jobs,
    setScripts(next) {
      scripts = next;
      version += 1;
      for (const listener of changed) listener(workspace);
    },
    forget: (token) => delete callers[token],
    drain: () => mcp.drain(),
    reads: () => reads,
    post: (body, { token = 'all', headers = {}, path, signal } = {}) =>
      fetch(path === undefined ? url : origin + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...(signal && { signal }),
      }),
    async stop() {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

type Asking = NonNullable<Call['asking']>;
export type Question = Parameters<Asking['ask']>[0];

/** Asks as a tool does. */
export async function askFor(
  call: Call,
  question: Question,
): Promise<Awaited<ReturnType<Asking['ask']>>> {
  return (await call.asking?.ask(question)) ?? { action: 'cannot' };
}

/** Sends once more with the one-time id where the answer is that the user has to agree first. */
export async function agreeing(send: (more: object) => Promise<Loose>): Promise<Loose> {
  const first = await send({});
  const id = first.structuredContent?.error?.details?.confirmation_id;
  return id === undefined ? first : send({ confirmation_id: id });
}
