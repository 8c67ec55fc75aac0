// Apps through the door of a whole server: what is stored, what is refused and with which words,
// versions, and what concurrent and hostile writers get.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';
import { button, item, lowCode, runnable, text } from './apps.fixture.ts';

type Json = Record<string, any>;

describe('apps', () => {
  let server: TestServer;

  async function op(name: string, input: unknown, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  async function refused(name: string, input: unknown, code: string): Promise<Json> {
    const { body } = await server.op(name, input);
    assert.equal(body.error?.code, code, JSON.stringify(body));
    return body.error;
  }

  before(async () => {
    server = await startTestServer();
    await op('scripts.create', {
      path: 'f/examples/add',
      language: 'bun',
      content: 'export const main = (a: number, b: number = 1) => a + b',
    });
  });
  after(() => server.stop());

  it('is written, read, listed, changed and deleted', async () => {
    const value = lowCode([
      text('a'),
      button('b', runnable('export const main = (n: number) => n * 2')),
      button('c', { type: 'path', runType: 'script', path: 'f/examples/add' }),
    ]);
    const path = 'f/examples/first';
    const made = await op('apps.create', { path, summary: 'First', value, labels: ['demo'] });
    assert.deepEqual(made.warnings, []);
    const read = await op('apps.get', { path });
    assert.deepEqual(read.value, value);
    assert.deepEqual(
      [read.summary, read.rawApp, read.versions, read.labels, read.bundleSecret],
      ['First', false, [made.version], ['demo'], null],
    );
    assert.deepEqual(
      Object.keys(read.policy.triggerables_v2).map((key) => key.slice(0, 12)),
      ['b:rawscript/', 'c:script/f/e'],
    );
    assert.deepEqual(
      [read.policy.execution_mode, read.policy.on_behalf_of],
      ['publisher', 'u/owner'],
    );

    const changed = { path, summary: 'Second', value: lowCode([text('z')]) };
    const next = await op('apps.update', { ...changed, deploymentMessage: 'why not' });
    assert.ok(next.version > made.version);
    const history = await op('apps.history', { path });
    assert.deepEqual(
      history.map((row: Json) => [row.version, row.deploymentMsg, row.createdBy]),
      [
        [next.version, 'why not', 'owner'],
        [made.version, null, 'owner'],
      ],
    );
    const old = await op('apps.getVersion', { version: made.version });
    assert.deepEqual(old.value, value);

    const renamed = await op('apps.update', {
      path,
      newPath: 'f/examples/moved',
      summary: 'Third',
    });
    assert.deepEqual(renamed, { path: 'f/examples/moved', version: next.version, warnings: [] });
    await refused('apps.get', { path }, 'not_found');
    const rows = await op('apps.list', { pathStart: 'f/examples/mo', label: 'demo' });
    assert.deepEqual(
      rows.map((row: Json) => [row.path, row.summary, row.executionMode, 'value' in row]),
      [['f/examples/moved', 'Third', 'publisher', false]],
    );
    await op('apps.delete', { path: 'f/examples/moved' });
    await refused('apps.get', { path: 'f/examples/moved' }, 'not_found');
    await refused('apps.getVersion', { version: next.version }, 'not_found');
  });

  describe('refuses, with the place and an example', () => {
    const base = (): Json => lowCode([text('a'), text('b')]);
    const without = (key: string): Json => {
      const value = base();
      delete value['grid'][0][key];
      return value;
    };
    const container = (id: string, more: Json = {}): Json =>
      item(id, { type: 'containercomponent', configuration: {}, numberOfSubgrids: 1, ...more });
    const connected = (componentId: string): Json =>
      item('b', {
        type: 'textcomponent',
        configuration: {},
        componentInput: {
          type: 'evalv2',
          expr: `${componentId}.result`,
          connections: [{ componentId, id: 'result' }],
        },
      });
    const cases: [string, Json, RegExp][] = [
      [
        'no grid',
        { children: [] },
        /^value\.grid: a low-code app has a grid.*such as \[\{"3":\{"x":0/,
      ],
      [
        'no phone layout',
        without('3'),
        /^value\.grid\[0\]\["3"\]: .*one for "12".*such as \{"x":0/,
      ],
      ['no desktop layout', without('12'), /^value\.grid\[0\]\["12"\]: /],
      ['no component', without('data'), /^value\.grid\[0\]\.data: the component is missing/],
      [
        'children inside',
        lowCode([container('a', { children: [text('b')] })]),
        /^value\.grid\[0\]\.data\.children: components do not hold others.*subgrids\["a-0"\]/,
      ],
      [
        'an unknown component',
        lowCode([item('a', { type: 'textcomponnent', configuration: {} })]),
        /\.data\.type: there is no component "textcomponnent".*such as "textcomponent"/,
      ],
      [
        'one id twice',
        lowCode([text('a'), { ...text('a'), '3': box(0, 50), '12': box(0, 50) }]),
        /^value\.grid\[1\]\.data\.id: the id a is taken by value\.grid\[0\]\.data/,
      ],
      [
        'two ids for one component',
        lowCode([{ ...text('a'), id: 'b' }]),
        /^value\.grid\[0\]\.data\.id: the component has the same id as its item, such as "b"/,
      ],
      [
        'boxes one over the other',
        lowCode([text('a'), { ...text('b'), '12': { x: 5, y: 0, w: 6, h: 1 } }]),
        /^value\.grid\[1\]\["12"\]: b lies over a/,
      ],
      [
        'a box beyond the columns',
        lowCode([{ ...text('a'), '12': { x: 10, y: 0, w: 4, h: 1 } }]),
        /^value\.grid\[0\]\["12"\]: x \+ w is 14, but there are only 12 columns/,
      ],
      [
        'a box without height',
        lowCode([{ ...text('a'), '3': { x: 0, y: 0, w: 3, h: 0 } }]),
        /^value\.grid\[0\]\["3"\]: h must be a whole number from 1/,
      ],
      [
        'a subgrid of nobody',
        { ...base(), subgrids: { 'zz-0': [] } },
        /^value\.subgrids\["zz-0"\]: it belongs to no component/,
      ],
      [
        'a subgrid of a text',
        { ...base(), subgrids: { 'a-0': lowCode([text('c')])['grid'] } },
        /^value\.subgrids\["a-0"\]: a is a textcomponent, which holds no others/,
      ],
      [
        'a subgrid that its container does not show',
        { ...lowCode([container('a')]), subgrids: { 'a-1': lowCode([text('c')])['grid'] } },
        /^value\.subgrids\["a-1"\]: a does not show it.*such as \{"numberOfSubgrids":2\}/,
      ],
      [
        'a container in itself',
        { ...base(), subgrids: { 'x-0': lowCode([container('x')])['grid'] } },
        /^value\.subgrids\["x-0"\]: x is itself inside/,
      ],
      [
        'a connection to nothing',
        lowCode([text('a'), connected('nope')]),
        /componentInput\.connections\[0\]\.componentId: there is no component nope/,
      ],
      [
        'a runnable of no kind',
        lowCode([button('a', { type: 'lambda' })]),
        /^value\.grid\[0\]\.data\.componentInput\.runnable\.type: a runnable is inline, or a path/,
      ],
      [
        'a script that is not there',
        lowCode([button('a', { type: 'path', runType: 'script', path: 'f/examples/none' })]),
        /\.componentInput\.runnable\.path: there is no script f\/examples\/none/,
      ],
      [
        'a flow that is not there',
        lowCode([button('a', { type: 'path', runType: 'flow', path: 'f/examples/none' })]),
        /runnable\.path: there is no flow f\/examples\/none/,
      ],
      [
        'code that does not parse',
        lowCode([button('a', runnable('export const main = ('))]),
        /^value\.grid\[0\]\.data\.componentInput\.runnable\.inlineScript\.content: /,
      ],
      [
        'browser code that does not parse',
        lowCode([button('a', runnable('state.x = = 1', 'frontend'))]),
        /inlineScript\.content: the code does not parse/,
      ],
      [
        'a language that nothing runs',
        lowCode([button('a', runnable('x', 'cobol'))]),
        /inlineScript\.language: the language is one of bun, .* not cobol/,
      ],
    ];
    function box(x: number, y: number): Json {
      return { x, y, w: 3, h: 1 };
    }
    for (const [what, value, expected] of cases) {
      it(what, async () => {
        const error = await refused(
          'apps.create',
          { path: 'f/examples/bad', value },
          'invalid_input',
        );
        const [head, ...lines] = error['message'].split('\n');
        assert.equal(head, 'The app is not right:');
        assert.ok(
          lines.some((line: string) => expected.test(line)),
          lines.join('\n'),
        );
        assert.equal(await op('apps.exists', { path: 'f/examples/bad' }), false);
      });
    }

    it('a runnable that the policy does not allow', async () => {
      const value = lowCode([button('a', runnable('export const main = () => 1'))]);
      const policy = { execution_mode: 'viewer', triggerables_v2: {} };
      const input = { path: 'f/examples/bad', value, policy };
      const error = await refused('apps.create', input, 'invalid_input');
      assert.match(
        error['message'],
        /^policy\.triggerables_v2\["a:rawscript\/[0-9a-f]{64}"\]: the policy does not allow/m,
      );
    });

    it('what a policy cannot protect here yet', async () => {
      for (const policy of [
        { execution_mode: 'guest' },
        { execution_mode: 'everybody' },
        { sandbox: true },
        { frontend_sdk_scopes: ['jobs:run'] },
        { triggerables_v2: { 'a:script/f/x/y': { sensitive_inputs: ['p'] } } },
      ]) {
        const input = { path: 'f/examples/bad', value: base(), policy };
        assert.match((await refused('apps.create', input, 'invalid_input'))['message'], /policy\./);
      }
    });
  });

  it('takes from elsewhere what is shown in spite of it, with warnings', async () => {
    const value = lowCode([
      text('a'),
      { ...text('b'), '12': { x: 5, y: 0, w: 6, h: 1 } },
      button('c', { type: 'path', runType: 'flow', path: 'f/examples/later' }),
    ]);
    const path = 'f/examples/imported';
    const made = await op('apps.create', { path, value, imported: true });
    assert.equal(made.warnings.length, 2, JSON.stringify(made.warnings));
    await refused('apps.create', { path: 'f/x', value: {}, imported: true }, 'invalid_input');
  });

  it('lets one of two that change it at once win, and names the versions', async () => {
    const path = 'f/examples/race';
    const first = await op('apps.create', { path, value: lowCode([text('a')]) });
    const second = await op('apps.update', { path, value: lowCode([text('b')]) });
    const stale = { path, value: lowCode([text('c')]), parentVersion: first.version };
    await refused('apps.update', stale, 'conflict');
    const ok = await op('apps.update', { ...stale, parentVersion: second.version });
    const many = await Promise.all(
      ['d', 'e', 'f', 'g'].map((id) =>
        server.op('apps.update', { path, value: lowCode([text(id)]), parentVersion: ok.version }),
      ),
    );
    assert.equal(many.filter(({ status }) => status === 200).length, 1);
    assert.equal(many.filter(({ status }) => status === 409).length, 3);
    assert.equal((await op('apps.history', { path })).length, 4);
    const creations = await Promise.all(
      [1, 2, 3].map(() =>
        server.op('apps.create', { path: 'f/examples/once', value: lowCode([text('a')]) }),
      ),
    );
    assert.deepEqual(
      creations.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 409, 409],
    );
  });

  it('withstands values that are huge, deep or hostile', async () => {
    const path = 'f/examples/hostile';
    const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    const bodies: [string, number][] = [
      [`{"path":"${path}","value":{"grid":[],"__proto__":{"x":1}}}`, 400],
      [`{"path":"${path}","value":{"grid":[],"constructor":{"prototype":{"x":1}}}}`, 200],
      [`{"path":"${path}","value":{"grid":[],"deep":${deep}}}`, 400],
      ['{"path":', 400],
      [JSON.stringify({ path: `${path}2`, value: { grid: [], css: 'x'.repeat(10_000_000) } }), 200],
      [JSON.stringify({ path, value: { grid: 'x'.repeat(21_000_000) } }), 413],
    ];
    for (const [body, expected] of bodies) {
      const answer = await server.fetch('/api/op/apps.create?workspace=test', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      assert.equal(answer.status, expected, `${body.slice(0, 80)}: ${await answer.text()}`);
    }
    assert.equal(({} as Json)['x'], undefined);
    const grid = Array.from({ length: 5001 }, (_, n) => ({
      ...text(`a${n}`),
      '3': { x: 0, y: n, w: 1, h: 1 },
      '12': { x: 0, y: n, w: 1, h: 1 },
    }));
    const many = await refused(
      'apps.create',
      { path: `${path}3`, value: { grid } },
      'invalid_input',
    );
    assert.match(many['message'], /an app has 5000 components at most/);
  });
});
