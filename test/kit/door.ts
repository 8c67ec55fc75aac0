// A small real door for tests of surfaces: its own operations, the real stages, and callers by
// token, so that no database is needed.
import { EventEmitter } from 'node:events';
import { z } from 'zod';
import { AppError } from '../../src/base/index.ts';
import {
  type AnyOperation,
  anonymous,
  auditStage,
  authoriseStage,
  type Caller,
  createCatalog,
  createDoor,
  type Door,
  type Flight,
  type Operation,
  resolveStage,
  validateStage,
} from '../../src/operation/index.ts';
import type { OAuthParts } from '../../src/surface/oauth/index.ts';

const person: Caller = {
  ...anonymous,
  kind: 'token',
  email: 'ann@example.com',
  userId: '1',
  scopes: null,
  readOnly: false,
  membership: {
    workspace: 'main',
    username: 'ann',
    role: 'admin',
    groups: ['all'],
    folders: { read: [], write: [], own: [] },
  },
};

/** Every kind of token there is, by what is sent. */
const callers: Record<string, Caller> = {
  mr_full: person,
  mr_mcp: { ...person, scopes: ['mcp:all'] },
  mr_run: { ...person, scopes: ['jobs:run:scripts:f/team/*'] },
  mr_mixed: { ...person, scopes: ['mcp:all', 'users:write'] },
  mrs_session: { ...person, kind: 'session' },
  mrj_job: { ...person, kind: 'job', scopes: ['jobs:run'], jobId: 'j' },
};

export interface Seen {
  name: string;
  outcome: string;
  email: string;
}

function testOperations(events: EventEmitter): AnyOperation[] {
  const declare = <Input, Output>(parts: Operation<Input, Output>): AnyOperation => parts;
  return [
    declare({
      name: 'jobs.runWait',
      summary: 'Echo.',
      risk: 'write',
      action: 'jobs:run',
      on: ({ path }) => ({ kind: 'scripts', path }),
      input: z.looseObject({ path: z.string(), args: z.record(z.string(), z.unknown()) }),
      output: z.unknown(),
      async run(_call, { path, args }) {
        return { id: 'x', done: true, success: true, result: args['result'] ?? { path, args } };
      },
    }),
    declare({
      name: 'users.whoami',
      summary: 'Answer who calls.',
      risk: 'read',
      action: 'session:read',
      input: z.strictObject({}),
      output: z.unknown(),
      run: async ({ caller }) => ({ email: caller.email, username: 'ann', createdAt: 0 }),
    }),
    declare({
      name: 'things.echo',
      summary: 'Echo.',
      risk: 'write',
      action: 'scripts:write',
      input: z.strictObject({ text: z.string().max(30_000_000).default('') }),
      output: z.unknown(),
      run: async (_call, { text }) => ({ length: text.length }),
    }),
    declare({
      name: 'jobs.wait',
      summary: 'Wait until the client goes away.',
      risk: 'read',
      action: 'jobs:read',
      input: z.strictObject({}),
      output: z.unknown(),
      run: ({ signal }) =>
        new Promise((resolve) => {
          events.emit('waiting');
          signal.addEventListener('abort', () => {
            events.emit('aborted');
            resolve({});
          });
          events.once('go', () => resolve({ went: true }));
        }),
    }),
    declare({
      name: 'things.break',
      summary: 'Throw a bug.',
      risk: 'read',
      action: 'scripts:read',
      input: z.strictObject({}),
      output: z.unknown(),
      async run() {
        throw new Error('select secret_column from engine_job');
      },
    }),
    declare({
      name: 'workspaces.mine',
      summary: 'List workspaces.',
      risk: 'read',
      action: 'workspaces:list',
      input: z.strictObject({}),
      output: z.unknown(),
      run: async ({ caller }) => ({ email: caller.email, workspaces: [{ id: 'main', name: 'M' }] }),
    }),
    declare({
      name: 'scripts.exists',
      summary: 'Echo the path.',
      risk: 'read',
      action: 'scripts:read',
      input: z.strictObject({ path: z.string() }),
      output: z.unknown(),
      run: async (_call, { path }) => path,
    }),
  ];
}

export interface TestDoor {
  door: Door;
  identity: {
    callerOfToken(token: string): Promise<Caller | undefined>;
    urlTokensAllowed(): Promise<boolean>;
    setup: {
      needed(): Promise<boolean>;
      createLink(): Promise<string>;
      peek(secret: string): Promise<boolean>;
      redeem(): Promise<{ token: string }>;
    };
  };
  /** What the audit stage saw, in order. */
  audit: Seen[];
  /** `waiting` and `aborted` from `jobs.wait`; `go` ends it. */
  events: EventEmitter;
}

export function testDoor(): TestDoor {
  const audit: Seen[] = [];
  const events = new EventEmitter();
  const catalog = createCatalog([testOperations(events)]);
  const sink = {
    start: (flight: Flight) => async (error: unknown) => {
      const code = error instanceof AppError ? error.code : 'failed';
      const outcome = error === undefined ? 'ok' : code;
      audit.push({ name: flight.name, outcome, email: flight.call.caller.email });
    },
    drain: async () => undefined,
  };
  const door = createDoor(catalog, [
    auditStage(sink),
    resolveStage(catalog),
    validateStage,
    authoriseStage({ extraPerms: async () => undefined }),
  ]);
  const identity = {
    callerOfToken: async (token: string) => callers[token],
    urlTokensAllowed: async () => true,
    setup: {
      needed: async () => true,
      createLink: async () => 'opensesame',
      peek: async (secret: string) => secret === 'opensesame',
      redeem: async () => {
        throw new AppError('invalid_input', 'email: <b>no</b>');
      },
    },
  };
  return { door, identity, audit, events };
}

/** For a web server without HTTP routes. */
export const noRoutes = {
  find: () => undefined,
  admit: () => Promise.reject(new Error('there is no route')),
  assertPlain: () => undefined,
};

/** For servers that nobody connects to. */
export const noOAuth: OAuthParts = {
  artifacts: {
    storeOf: () => {
      throw new Error('this server keeps nothing');
    },
    hasAccount: async () => false,
    ofGrant: async () => undefined,
  },
  clients: {
    find: async () => undefined,
    register: () => Promise.reject(new Error('this server keeps nothing')),
  },
  egress: { fetch: async () => new Response() },
  deriveKey: async () => Buffer.alloc(32),
  delegation: {
    exchange: async () => ({ status: 400, body: {} }),
    introspect: async () => ({ status: 400, body: {} }),
    isOn: async () => false,
  },
};

/** For a web server without services. */
export const noServices = {
  exported: () => {
    throw new Error('there are no services');
  },
};

/** For a web server without stored files. */
export const noFiles = {
  receive: () => Promise.reject(new Error('there is no storage')),
  async *bytes(): AsyncGenerator<Buffer> {},
};
