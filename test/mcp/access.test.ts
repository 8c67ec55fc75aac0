// Who comes in, and what each token sees: refusals name what is missing, and a tool is listed
// exactly when calling it passes the door.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type Bench,
  callers,
  type Loose,
  callerWith,
  messagesOf,
  modern,
  script,
  startBench,
} from './kit.ts';

let bench: Bench;
before(async () => {
  bench = await startBench(
    {},
    { scripts: [script('f/team/a'), script('f/other/b'), script('u/bob/c')] },
  );
});
after(() => bench.stop());

const list = modern('tools/list');
const post = (token: string | null) => bench.post(list.body, { headers: list.headers, token });

async function listed(token: string): Promise<string[]> {
  const [{ result }] = await messagesOf(await post(token));
  return result.tools.map(({ name }: { name: string }) => name);
}

test('without a token, or with a wrong one: 401 with a challenge', async () => {
  const about = `http://127.0.0.1/about${new URL(bench.url).pathname}`;
  for (const [token, error] of [
    [null, ''],
    ['wrong', ' error="invalid_token",'],
  ] as const) {
    const response = await post(token);
    assert.equal(response.status, 401);
    assert.equal(
      response.headers.get('www-authenticate'),
      `Bearer realm="millrace", resource_metadata="${about}",${error} scope="mcp:all"`,
    );
    assert.equal(((await response.json()) as Loose).error, 'invalid_token');
  }
  assert.equal((await fetch(bench.url)).status, 401, 'a probe learns that it needs a token');
});

test('a token without an mcp: scope: 403 that names what it has and what it needs', async () => {
  for (const [token, has] of [
    ['none', ['jobs:run']],
    ['full', []],
  ] as const) {
    const response = await post(token);
    assert.equal(response.status, 403);
    const challenge = response.headers.get('www-authenticate') ?? '';
    assert.match(challenge, /, error="insufficient_scope", scope="mcp:all"$/);
    const body = (await response.json()) as Loose;
    assert.deepEqual(
      [body.error, body.scopes, body.required],
      ['insufficient_scope', has, ['mcp:all']],
    );
  }
});

test('somebody who is no member: 403', async () => {
  const response = await post('outsider');
  assert.equal(response.status, 403);
  assert.equal(((await response.json()) as Loose).error, 'forbidden');
});

test('the body of a refused caller is not read', async () => {
  const response = await bench.post('x'.repeat(5_000_000), { token: 'wrong' });
  assert.equal(response.status, 401);
});

const everything = [
  'createScript',
  'updateScript',
  'runScriptByPath',
  'listJobs',
  'getJob',
  'waitJob',
];
const reads = ['listJobs', 'getJob', 'waitJob'];
const rights: [string[], Parameters<typeof callerWith>[1], string[]][] = [
  [['mcp:all'], {}, [...everything, 's-f_other_b', 's-f_team_a', 's-u_bob_c']],
  [['mcp:all'], { readOnly: true }, reads],
  [['mcp:favorites'], {}, ['createScript', 'updateScript', ...reads]],
  [['mcp:all:f/team/*'], {}, [...everything, 's-f_team_a']],
  [['mcp:scripts:f/team/*'], {}, ['runScriptByPath', 's-f_team_a']],
  [['mcp:scripts:f/team/a,u/bob/*'], {}, ['runScriptByPath', 's-f_team_a', 's-u_bob_c']],
  [['mcp:scripts:*'], {}, ['runScriptByPath', 's-f_other_b', 's-f_team_a', 's-u_bob_c']],
  [['mcp:scripts:f/tea/*'], {}, ['runScriptByPath']],
  [['mcp:endpoints:listJobs,runScriptByPath'], {}, ['listJobs']],
  [['mcp:endpoints:*'], {}, ['createScript', 'updateScript', ...reads]],
  [
    ['mcp:endpoints:createScript', 'mcp:scripts:f/team/*'],
    {},
    ['createScript', 'runScriptByPath', 's-f_team_a'],
  ],
  [['mcp:endpoints:updateScript'], {}, []],
  [['mcp:endpoints:createScript,updateScript'], {}, ['createScript', 'updateScript']],
  [['mcp:flows:*'], {}, []],
  [['mcp:hub:slack'], {}, []],
  [
    ['mcp:endpoints:listJobs', 'jobs:run:scripts:u/bob/*'],
    {},
    ['runScriptByPath', 'listJobs', 's-u_bob_c'],
  ],
  [
    ['mcp:all'],
    { membership: { ...membership(), role: 'operator' } },
    ['runScriptByPath', ...reads, 's-f_other_b', 's-f_team_a', 's-u_bob_c'],
  ],
];

function membership(): NonNullable<(typeof callers)[string]['membership']> {
  const own = callers['all']?.membership;
  assert.ok(own);
  return own;
}

for (const [index, [scopes, more, expected]] of rights.entries()) {
  const who = [
    scopes.join(' '),
    ...(more?.readOnly ? ['read-only'] : []),
    ...(more?.membership ? ['operator'] : []),
  ].join(', ');
  test(`${who}: ${expected.length} tools`, async () => {
    callers[`row${index}`] = callerWith(scopes, more);
    assert.deepEqual((await listed(`row${index}`)).toSorted(), expected.toSorted());
  });
}

test('the order is fixed: endpoint tools first, then scripts by path', async () => {
  assert.deepEqual(await listed('all'), [
    'createScript',
    'updateScript',
    'runScriptByPath',
    'listJobs',
    'getJob',
    'waitJob',
    's-f_other_b',
    's-f_team_a',
    's-u_bob_c',
  ]);
});

test('a list is read once and again after a change', async () => {
  await listed('all');
  const earlier = bench.reads();
  await listed('all');
  assert.equal(bench.reads(), earlier);
  bench.setScripts([script('u/bob/new')]);
  const lists = await Promise.all([listed('all'), listed('all'), listed('all')]);
  assert.deepEqual(
    lists.map((names) => names.at(-1)),
    ['s-u_bob_new', 's-u_bob_new', 's-u_bob_new'],
  );
  assert.equal(bench.reads(), earlier + 1);
});

test('list_tools shows routes and where arguments go', async () => {
  const response = await fetch(`${bench.origin}/api/mcp/w/test/list_tools`, {
    headers: { authorization: 'Bearer full' },
  });
  const tools = (await response.json()) as Loose[];
  const update = tools.find(({ name }) => name === 'updateScript');
  assert.equal(update.method, 'POST');
  assert.equal(update.path, '/w/{workspace}/scripts/update/{path}');
  assert.deepEqual(update.path_params_schema.required, ['path']);
  assert.deepEqual(update.body_field_renames, { path__body: 'path' });
  assert.ok('content' in update.body_schema.properties && update.query_params_schema === null);
  assert.equal((await fetch(`${bench.origin}/api/mcp/w/test/list_tools`)).status, 401);
});

test('a thousand scripts are listed whole, on one page', async () => {
  bench.setScripts(Array.from({ length: 1000 }, (_, index) => script(`f/team/script_${index}`)));
  const names = await listed('all');
  assert.equal(names.length, 1006);
  assert.equal(new Set(names).size, 1006);
});
