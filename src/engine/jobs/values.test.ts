// Long arguments and results: no answer about a job carries them whole, and each can be read page
// by page or in part.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const megabytes = 3;

describe('long values of jobs', () => {
  let server: TestServer;
  let id = '';
  const op = async (name: string, input: unknown = {}, token?: string) => {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body).slice(0, 300)}`);
    return body;
  };
  const read = async (path: string) => {
    const response = await server.fetch(`/api/w/test/${path}`);
    return { status: response.status, body: (await response.json()) as any };
  };
  const whole = Array.from({ length: megabytes }, (_, n) => ({
    n,
    text: 'é'.repeat(500_000),
    more: ['é\u{1F600}"'],
  }));

  before(async () => {
    server = await startTestServer();
    const content = `export const main = (n: number) =>
      ({ n, text: 'é'.repeat(500_000), more: ['é\\u{1F600}"'] })`;
    const step = { type: 'rawscript', language: 'bun', content, input_transforms: {} as object };
    step.input_transforms = { n: { type: 'javascript', expr: 'flow_input.iter.value' } };
    const iterator = { type: 'static', value: [...whole.keys()] };
    const loop = { type: 'forloopflow', iterator, modules: [{ id: 's', value: step }] };
    const value = { modules: [{ id: 'l', value: loop }] };
    const ran = await op('jobs.previewFlowWait', { value, waitMs: 60_000 });
    assert.equal(ran.success, true, JSON.stringify(ran).slice(0, 300));
    id = ran.id;
  });
  after(() => server.stop());

  it('are named, not carried, by what tells about a job', async () => {
    assert.equal((await op('jobs.get', { id })).result, 'WINDMILL_TOO_BIG');
    assert.equal((await read(`jobs_u/completed/get/${id}`)).body.result, 'WINDMILL_TOO_BIG');
    const long = { args: { long: 'x'.repeat(100_000) } };
    const echo = 'export const main = (long: string) => long.length';
    const some = await op('jobs.previewWait', { content: echo, language: 'bun', ...long });
    assert.equal(some.result, 100_000);
    const rows = await op('jobs.list', { includeArgs: true, perPage: 100 });
    const row = rows.find((each: { id: string }) => each.id === some.id);
    assert.deepEqual(row.args, { reason: 'WINDMILL_TOO_BIG' });
    assert.deepEqual(await op('jobs.args', { id: some.id }), long.args);
    assert.deepEqual((await op('jobs.get', { id: some.id })).args, long.args);
  });

  it('come whole where they are asked for, or in part', async () => {
    assert.deepEqual((await read(`jobs_u/completed/get_result/${id}`)).body, whole);
    const part = await read(`jobs_u/completed/get_result/${id}?json_path=2.more.0`);
    assert.deepEqual(part, { status: 200, body: 'é\u{1F600}"' });
    assert.equal(await op('jobs.result', { id, jsonPath: '1.n' }), 1);
    assert.equal(await op('jobs.result', { id, jsonPath: '1.nothing' }), null);
    assert.deepEqual((await read(`jobs_u/get_args/${id}?json_path=none`)).body, {});
  });

  it('are the same in pages, each of whole characters', async () => {
    let text = '';
    let pages = 0;
    for (let offset: number | null = 0; offset !== null; pages += 1) {
      const page: any = await op('jobs.valuePage', { id, offset, limit: 999_999 });
      assert.ok(Buffer.byteLength(page.text) <= 999_999);
      assert.doesNotMatch(page.text, /\uFFFD/);
      text += page.text;
      assert.equal(page.totalBytes > 3_000_000, true);
      offset = page.nextOffset;
    }
    assert.deepEqual(JSON.parse(text), whole);
    assert.equal(pages, 4);
    const end = await op('jobs.valuePage', { id, offset: 2_000_000_000 });
    assert.deepEqual([end.text, end.nextOffset], ['', null]);
    const small = await op('jobs.valuePage', { id, jsonPath: '0.more', limit: 4 });
    assert.deepEqual([small.text, small.nextOffset], ['["é', 4]);
    const args = await op('jobs.valuePage', { id, of: 'args' });
    assert.deepEqual(args, { text: '{}', nextOffset: null, totalBytes: 2 });
  });

  it('are refused where there is nothing, and to who may not see the job', async () => {
    const person = { email: 'eve@example.com', password: 'correct horse battery' };
    await op('users.create', person);
    await op('members.add', { email: person.email, username: 'eve', role: 'developer' });
    const { token } = await op('session.login', person);
    const rows: [name: string, input: object, token: string | undefined, status: number][] = [
      ['jobs.valuePage', { id, jsonPath: 'no.such' }, undefined, 404],
      ['jobs.valuePage', { id, offset: -1 }, undefined, 400],
      ['jobs.valuePage', { id, limit: 5_000_000 }, undefined, 400],
      ['jobs.valuePage', { id }, token, 404],
      ['jobs.result', { id, jsonPath: '0.n' }, token, 404],
      ['jobs.args', { id }, token, 404],
    ];
    for (const [name, input, who, status] of rows) {
      const answer = await server.op(name, input, who);
      assert.equal(answer.status, status, `${name} ${JSON.stringify(input)}`);
      assert.doesNotMatch(JSON.stringify(answer.body), /éé/);
    }
  });
});
