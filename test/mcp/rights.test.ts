// Random tokens against every tool: what a token lists it may call, what it does not list it may
// not, whichever era asks and whichever path answers; and no token does more by REST than by MCP.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { legacy, type Loose, messagesOf, modern } from './kit.ts';

interface Asked {
  body: unknown;
  headers: Record<string, string>;
}

/** The same tokens in every run: what fails once fails again. */
function createRandom(seed: number) {
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 8) % below;
  };
  return { next, pick: <T>(list: readonly T[]): T => list[next(list.length)] as T };
}

const pool = [
  'mcp:all',
  'mcp:favorites',
  'mcp:all:f/a/*',
  'mcp:scripts:f/a/*',
  'mcp:scripts:f/b/s',
  'mcp:scripts:*',
  'mcp:flows:f/a/f',
  'mcp:endpoints:*',
  'mcp:endpoints:listScripts,getScriptByPath,getVariable,listVariable,cancelJob',
  'mcp:endpoints:createScript,updateVariable,deleteScriptByHash,runScriptPreviewAndWaitResult',
  'mcp:resources:f/b/*',
  'mcp:variables:f/a/key',
  'mcp:schedules:f/b/*',
  'mcp:secrets',
  'mcp:hub:slack',
  'people:read',
  'services:jira:write',
  'scripts:read',
  'variables:read:f/a/*',
  'jobs:run:scripts:f/a/*',
];

const refusals = /^(?:insufficient_scope|forbidden|unauthenticated)$/;
/** What the person may not do to this one item says nothing about the token. */
const ofItem = /You may read \S+ but not change it/;
const flowPath = 'f/a/f';
const places = ['f/a/s', flowPath, 'f/b/s', 'f/a/key', 'f/b/key', 'f/a/new', 'u/PERSON/new'];

describe('random tokens', () => {
  let server: TestServer;
  const people: Record<string, string> = {};
  before(async () => {
    server = await startTestServer();
    const content = 'export function main() { return 1 }';
    for (const name of ['a', 'b']) {
      await done('folders.create', { name, extraPerms: { 'u/dev': name === 'a', 'u/op': false } });
      await done('scripts.create', { path: `f/${name}/s`, summary: '', language: 'bun', content });
      await done('variables.create', { path: `f/${name}/key`, value: name });
    }
    const value = { modules: [{ id: 'a', value: { type: 'identity' } }] };
    await done('flows.create', { path: 'f/a/f', summary: '', value });
    people['owner'] = server.token;
    for (const [name, role] of [
      ['dev', 'developer'],
      ['op', 'operator'],
    ] as const) {
      const email = `${name}@example.com`;
      const password = 'long enough for anybody';
      await done('users.create', { email, password });
      await done('members.add', { email, username: name, role });
      people[name] = (await done('session.login', { email, password })).token;
    }
    await done('favorites.star', { kind: 'script', path: 'f/b/s' }, people['dev']);
    await done('favorites.star', { kind: 'flow', path: 'f/a/f' }, people['op']);
  });
  after(() => server.stop());

  async function done(name: string, input: object, token?: string): Promise<Loose> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  async function send(token: string, { body, headers }: Asked): Promise<Loose> {
    const response = await server.fetch(`/api/mcp/w/${server.workspace}/mcp`, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(body),
      token,
    });
    return (await messagesOf(response)).at(-1);
  }

  /** The same request in a form that the dispatcher leaves to the SDK. */
  function past({ body, headers }: ReturnType<typeof modern>): Asked {
    const params = (body['params'] ?? {}) as Record<string, unknown>;
    const meta = params['_meta'] as Record<string, unknown> | undefined;
    if (!meta) return { body: [body], headers };
    const more = { ...meta, 'io.modelcontextprotocol/logLevel': 'error' };
    return { body: { ...body, params: { ...params, _meta: more } }, headers };
  }

  const tools = async (token: string, request: Asked): Promise<Loose[]> =>
    (await send(token, request)).result?.tools ?? [];

  function valueOf(name: string, schema: Loose, path: string): unknown {
    if (/path|^item$/.test(name)) return path;
    if (name === 'hash') return '0'.repeat(16);
    if (schema.format === 'uuid') return '00000000-0000-7000-8000-000000000000';
    if (schema.enum) return schema.enum[0];
    if (name === 'content') return 'export function main() { return 1 }';
    if (name === 'schedule') return '0 0 0 1 1 *';
    if (name === 'timezone') return 'UTC';
    const empty: Record<string, unknown> = { object: {}, array: [], boolean: false, number: 1 };
    return empty[schema.type] ?? (schema.type === 'integer' ? 1 : 'x');
  }

  function argumentsOf({ inputSchema }: Loose, path: string): Record<string, unknown> {
    const names: string[] = inputSchema.required ?? [];
    const properties = inputSchema.properties ?? {};
    return Object.fromEntries(
      names.map((name) => [name, valueOf(name, properties[name] ?? {}, path)]),
    );
  }

  /** `ok`, or the code of what refused it. */
  async function outcome(token: string, tool: Loose, path: string): Promise<string> {
    const flow =
      'is_flow' in (tool.inputSchema.properties ?? {}) ? { is_flow: path === flowPath } : {};
    const params = { name: tool.name, arguments: { ...argumentsOf(tool, path), ...flow } };
    const answer = await send(token, modern('tools/call', params));
    if (answer.error || answer.result === undefined) return 'forbidden';
    if (!answer.result.isError) return 'ok';
    const error = answer.result.structuredContent?.error ?? {};
    return ofItem.test(String(error.message)) ? 'of_item' : String(error.code);
  }

  async function outcomes(token: string, tool: Loose, person: string): Promise<string[]> {
    const named = tool.inputSchema.required?.some((name: string) => name.includes('path'));
    const paths = named ? places.map((path) => path.replace('PERSON', person)) : ['f/a/s'];
    return Promise.all(paths.map((path) => outcome(token, tool, path)));
  }

  async function check(
    who: string,
    { scopes, readOnly }: { scopes: string[]; readOnly: boolean },
    all: Loose[],
  ) {
    const made = await done('tokens.create', { scopes, readOnly }, people[who]);
    const about = `${who} [${scopes.join(' ')}]${readOnly ? ' read-only' : ''}`;
    const listed = await tools(made.token, modern('tools/list'));
    for (const request of [
      past(modern('tools/list')),
      legacy('tools/list'),
      past(legacy('tools/list')),
    ]) {
      assert.deepEqual(await tools(made.token, request), listed, `${about}: lists alike`);
    }
    const names = new Set(listed.map(({ name }) => name));
    for (const tool of all) {
      const found = await outcomes(made.token, tool, who);
      const said = `${about}: ${tool.name} ${found.join(' ')}`;
      if (names.has(tool.name))
        assert.ok(
          found.some((code) => !refusals.test(code)),
          said,
        );
      else assert.ok(!found.includes('ok'), said);
    }
    return { token: made.token, names, about };
  }

  const sameByRest: [operation: string, input: object, tool: string][] = [
    ['scripts.list', {}, 'listScripts'],
    ['scripts.get', { path: 'f/b/s' }, 'getScriptByPath'],
    ['variables.list', {}, 'listVariable'],
    ['variables.get', { path: 'f/a/key' }, 'getVariable'],
    ['resources.list', {}, 'listResource'],
    ['schedules.list', {}, 'listSchedules'],
    ['flows.list', {}, 'listFlows'],
    ['jobs.list', {}, 'listJobs'],
    ['jobs.runWait', { path: 'f/a/s', args: {} }, 's-f_a_s'],
    ['jobs.runWait', { path: 'f/b/s', args: {} }, 's-f_b_s'],
  ];

  it('call what they list, and nothing else', { timeout: 300_000 }, async () => {
    const random = createRandom(20_261_121);
    const owner = await server.tokenWith(['mcp:all']);
    const all = await tools(owner, modern('tools/list'));
    assert.ok(all.length > 50);
    let compared = 0;
    for (let round = 0; round < 16; round += 1) {
      const who = random.pick(['owner', 'dev', 'op']);
      const scopes = Array.from({ length: 1 + random.next(3) }, () => random.pick(pool));
      const { token, names, about } = await check(
        who,
        { scopes, readOnly: random.next(4) === 0 },
        all,
      );
      for (const [operation, input, tool] of sameByRest) {
        const { status } = await server.op(operation, input, token);
        if (status !== 200 || names.size === 0) continue;
        compared += 1;
        assert.ok(names.has(tool), `${about}: ${operation} by REST, but not ${tool}`);
      }
    }
    assert.ok(compared > 0, 'some tokens reach REST at all');
  });
});
