// What a model may not do unasked, on a whole server: the one-time id with which a call comes back
// when the person agreed, and everybody and everything that it is not good for.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { movingClock } from '../kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Loose, messagesOf, modern } from './kit.ts';

const fiveMinutesMs = 300_000;

describe('confirmations', () => {
  const clock = movingClock();
  let server: TestServer;
  let beside: TestServer;
  let token = '';
  let anns = '';

  async function must(op: string, input: object, as?: string): Promise<Loose> {
    const answer = await server.op(op, input, as);
    assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async function call(
    name: string,
    args: object,
    { as = token, on = server }: { as?: string; on?: TestServer } = {},
  ): Promise<Loose> {
    const { body, headers } = modern('tools/call', { name, arguments: args });
    const response = await on.fetch(`/api/mcp/w/${server.workspace}/mcp`, {
      method: 'POST',
      token: as,
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
    const [message] = await messagesOf(response);
    assert.ok(message?.result, JSON.stringify(message));
    return message.result;
  }

  const variable = (path: string) => must('variables.create', { path, value: 'v' });
  const isThere = async (path: string) => (await server.op('variables.exists', { path })).body;
  const refusal = (result: Loose) => {
    assert.equal(result.isError, true, JSON.stringify(result));
    return result.structuredContent.error;
  };

  /** The id that a first call is answered with. */
  async function idOf(name: string, args: object, as = token): Promise<string> {
    const error = refusal(await call(name, args, { as }));
    assert.equal(error.code, 'confirmation_required');
    assert.match(error.details.confirmation_id, /^[A-Za-z0-9]{32}$/);
    assert.equal(error.details.tool, name);
    const left = error.details.expiresAt - clock.now();
    assert.ok(left > fiveMinutesMs - 60_000 && left <= fiveMinutesMs, `${left} ms`);
    assert.match(error.message, /^Nothing was done yet\. This would: /);
    assert.ok(error.hint.includes(error.details.confirmation_id));
    return error.details.confirmation_id;
  }

  async function refusedWith(reason: RegExp, result: Loose): Promise<void> {
    const error = refusal(result);
    assert.equal(error.code, 'forbidden');
    assert.match(error.message, reason);
    assert.match(error.message, /^Nothing was done: /);
  }

  before(async () => {
    server = await startTestServer({}, { clock });
    beside = await startTestServer({}, { clock, beside: server });
    token = await server.tokenWith(['mcp:all']);
    await must('folders.create', { name: 'team' });
    const [email, password] = ['ann@example.com', 'a long enough password'];
    await must('users.create', { email, password, name: 'Ann' });
    await must('members.add', { email, username: 'ann', role: 'admin' });
    const { token: session } = await must('session.login', { email, password });
    anns = (await must('tokens.create', { scopes: ['mcp:all'] }, session)).token;
  });
  after(async () => {
    await beside?.stop();
    await server?.stop();
  });

  it('goes through once with the id, also on another server process', async () => {
    await variable('f/team/once');
    const args = { path: 'f/team/once' };
    const id = await idOf('deleteVariable', args);
    assert.equal(await isThere('f/team/once'), true);
    const done = await call('deleteVariable', { ...args, confirmation_id: id }, { on: beside });
    assert.notEqual(done.isError, true, JSON.stringify(done));
    assert.equal(await isThere('f/team/once'), false);
    await variable('f/team/once');
    const again = await call('deleteVariable', { ...args, confirmation_id: id });
    await refusedWith(/was used already/, again);
    assert.equal(await isThere('f/team/once'), true);
    const audit = await must('audit.list', { target: 'variables/f/team/once' });
    const rows = audit.filter((row: Loose) => row.operation === 'variables.delete');
    assert.deepEqual(
      rows.map(({ outcome, code, risk }: Loose) => [outcome, code, risk]),
      [
        ['refused', 'forbidden', 'high_risk'],
        ['ok', null, 'high_risk'],
        ['refused', 'confirmation_required', 'high_risk'],
      ],
    );
    assert.doesNotMatch(JSON.stringify(audit), new RegExp(id));
    assert.doesNotMatch(server.logLines.join('\n'), new RegExp(id));
  });

  it('goes through once for twenty calls at the same time', async () => {
    await variable('f/team/many');
    const args = { path: 'f/team/many' };
    const id = await idOf('deleteVariable', args);
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        call('deleteVariable', { ...args, confirmation_id: id }, { on: at % 2 ? server : beside }),
      ),
    );
    assert.equal(results.filter((result) => result.isError !== true).length, 1);
  });

  it('is bound to the person, the tool, the arguments and five minutes', async () => {
    for (const path of ['f/team/a', 'f/team/b']) await variable(path);
    await must('resources.create', { path: 'f/team/a', resourceType: 'object', value: {} });
    const args = { path: 'f/team/a' };
    const id = await idOf('deleteVariable', args);
    const unknown = 'x'.repeat(32);
    const byAnn = await call('deleteVariable', { ...args, confirmation_id: id }, { as: anns });
    const byNobody = await call(
      'deleteVariable',
      { ...args, confirmation_id: unknown },
      { as: anns },
    );
    await refusedWith(/is not known/, byAnn);
    assert.deepEqual(byAnn, byNobody);
    await refusedWith(
      /is for other arguments/,
      await call('deleteVariable', { path: 'f/team/b', confirmation_id: id }),
    );
    await refusedWith(
      /is for another tool/,
      await call('deleteResource', { ...args, confirmation_id: id }),
    );
    for (const wrong of ['', 'x', 7, {}, 'y'.repeat(100_000), `${id}\u0000`]) {
      const result = await call('deleteVariable', { ...args, confirmation_id: wrong });
      await refusedWith(/is not known/, result);
    }
    clock.pass(fiveMinutesMs);
    await refusedWith(
      /was good for 5 minutes/,
      await call('deleteVariable', { ...args, confirmation_id: id }),
    );
    assert.deepEqual(await Promise.all(['f/team/a', 'f/team/b'].map(isThere)), [true, true]);
  });

  it('says what will happen, and no secret', async () => {
    const cases: [tool: string, args: object, saying: RegExp][] = [
      [
        'createSchedule',
        {
          path: 'f/team/nightly',
          schedule: '0 0 3 * * *',
          timezone: 'UTC',
          script_path: 'f/team/report',
          is_flow: false,
          args: {},
        },
        /“f\/team\/nightly”, which runs the script “f\/team\/report” .* “0 0 3 \* \* \*” \(“UTC”\)/,
      ],
      [
        'createVariable',
        { path: 'f/team/key', value: 'hunter2-hunter2', is_secret: true },
        /Create the secret “f\/team\/key” with a value that the assistant has seen\./,
      ],
      ['updateVariable', { path: 'f/team/a', is_secret: false }, /Make “f\/team\/a” no secret/],
      ['deleteSchedule', { path: 'f/team/nightly' }, /Delete the schedule “f\/team\/nightly”/],
    ];
    for (const [tool, args, saying] of cases) {
      const result = await call(tool, args);
      const error = refusal(result);
      assert.equal(error.code, 'confirmation_required', tool);
      assert.match(error.details.saying, saying);
      assert.doesNotMatch(JSON.stringify(result), /hunter2/);
    }
    assert.doesNotMatch(server.logLines.join('\n'), /hunter2/);
  });

  it('asks the person where the client can, and does nothing without a yes', async () => {
    await variable('f/team/asked');
    const wanted = { name: 'deleteVariable', arguments: { path: 'f/team/asked' } };
    const capabilities = 'io.modelcontextprotocol/clientCapabilities';
    const round = async (more: object, as = token): Promise<Loose> => {
      const meta = { [capabilities]: { elicitation: { form: {} } } };
      const { body, headers } = modern('tools/call', { ...wanted, ...more }, { meta });
      const response = await server.fetch(`/api/mcp/w/${server.workspace}/mcp`, {
        method: 'POST',
        token: as,
        headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(body),
      });
      return (await messagesOf(response))[0];
    };
    const answered = async (action: string, as?: string): Promise<[Loose, object]> => {
      const { result } = await round({});
      assert.equal(result.resultType, 'input_required');
      const { method, params } = result.inputRequests.confirm;
      assert.equal(method, 'elicitation/create');
      assert.match(params.message, /^Move the variable “f\/team\/asked” to the trash/);
      assert.equal(await isThere('f/team/asked'), true, 'nothing happens before the answer');
      const { requestState } = result;
      const inputResponses = { confirm: { action, ...(action === 'accept' && { content: {} }) } };
      return [await round({ requestState, inputResponses }, as), { requestState, inputResponses }];
    };
    for (const no of ['decline', 'cancel']) {
      const [{ result }] = await answered(no);
      assert.equal(refusal(result).code, 'canceled');
      assert.match(refusal(result).message, /the user did not agree/);
      assert.equal(await isThere('f/team/asked'), true);
    }
    const [byAnn] = await answered('accept', anns);
    assert.equal(byAnn.error.code, -32_602, 'the answer of another person is none');
    assert.equal(await isThere('f/team/asked'), true);
    const [{ result }, again] = await answered('accept');
    assert.notEqual(result.isError, true, JSON.stringify(result));
    assert.equal(await isThere('f/team/asked'), false);
    await variable('f/team/asked');
    const replayed = await round(again);
    assert.ok(replayed.error ?? replayed.result.isError, JSON.stringify(replayed));
    assert.equal(await isThere('f/team/asked'), true, 'an answer is good once');
  });

  it('asks nobody about harmless arguments, nor on other surfaces, nor who may not', async () => {
    const plain = await call('createVariable', { path: 'f/team/plain', value: 'blue' });
    assert.notEqual(plain.isError, true, JSON.stringify(plain));
    const described = await call('updateVariable', { path: 'f/team/plain', description: 'x' });
    assert.notEqual(described.isError, true, JSON.stringify(described));
    await must('variables.delete', { path: 'f/team/plain' });
    await variable('f/team/plain');
    const rest = await server.fetch('/api/w/test/variables/delete/f/team/plain', {
      method: 'DELETE',
    });
    assert.equal(rest.status, 200);
    const readOnly = await server.tokenWith(['mcp:all'], { readOnly: true });
    const error = refusal(await call('deleteVariable', { path: 'f/team/a' }, { as: readOnly }));
    assert.equal(error.code, 'forbidden');
    assert.doesNotMatch(JSON.stringify(error), /confirmation/);
  });

  it('never asks a script, nor a job', async () => {
    await must('scripts.create', {
      path: 'f/team/cleaner',
      language: 'bun',
      content: `export async function main() {
        const address = process.env.BASE_INTERNAL_URL + '/api/w/test/variables/delete/f/team/a';
        const headers = { authorization: 'Bearer ' + process.env.WM_TOKEN };
        return (await fetch(address, { method: 'DELETE', headers })).status;
      }`,
    });
    await variable('f/team/c');
    const run = await call('s-f_team_cleaner', { confirmation_id: 'mine' });
    assert.equal(run.content[0].text, '200', JSON.stringify(run));
    assert.equal(await isThere('f/team/a'), false);
  });

  it('tells models of the argument, exactly where a call may need it', async () => {
    const { body, headers } = modern('tools/list');
    const response = await server.fetch(`/api/mcp/w/${server.workspace}/mcp`, {
      method: 'POST',
      token,
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
    const [{ result }] = await messagesOf(response);
    const asking = result.tools
      .filter((tool: Loose) => 'confirmation_id' in tool.inputSchema.properties)
      .map((tool: Loose) => tool.name);
    assert.deepEqual(asking.toSorted(), [
      'createSchedule',
      'createVariable',
      'deleteApp',
      'deleteFlowByPath',
      'deleteResource',
      'deleteSchedule',
      'deleteScriptByHash',
      'deleteScriptByPath',
      'deleteVariable',
      'getVariable',
      'updateVariable',
    ]);
  });
});
