// What waits for people, answered from an MCP client: listed for who may answer, asked as a form
// where the client can, and refused to everybody else.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Loose, messagesOf, modern } from './kit.ts';

const capabilities = 'io.modelcontextprotocol/clientCapabilities';
const nowhere = '00000000-0000-7000-8000-000000000000';

describe('approvals over MCP', () => {
  let server: TestServer;
  const sessions: Record<string, string> = {};
  const tokens: Record<string, string> = {};

  async function op(name: string, input: object = {}, as?: string): Promise<Loose> {
    const answer = await server.op(name, input, as);
    assert.equal(answer.status, 200, `${name}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async function send(who: string, params: Loose, asks = false): Promise<Loose> {
    const meta = asks ? { [capabilities]: { elicitation: {} } } : {};
    const { body, headers } = modern('tools/call', params, { meta });
    const response = await server.fetch(`/api/mcp/w/${server.workspace}/mcp`, {
      method: 'POST',
      token: tokens[who] ?? '',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
    const [message] = await messagesOf(response);
    return message.result ?? message;
  }

  const call = (who: string, name: string, args: object) => send(who, { name, arguments: args });
  const resumeAsked = (args: object) =>
    send('owner', { name: 'resumeFlow', arguments: args }, true);

  async function waitingFlow(suspend: object): Promise<string> {
    const step = (id: string, expr: string, more: object = {}) => ({
      id,
      value: {
        type: 'rawscript',
        language: 'bun',
        content: 'export const main = (a: any) => a',
        input_transforms: { a: { type: 'javascript', expr } },
      },
      ...more,
    });
    const asking = step('a', '({ description: "Send it?" })', {
      suspend: { required_events: 1, ...suspend },
    });
    const value = { modules: [asking, step('b', 'resume')] };
    const { id } = await op('jobs.previewFlow', { value, path: 'f/team/asks' });
    let job: string | undefined;
    while (job === undefined) job = (await op('jobs.get', { id })).flowStatus.modules[0].job;
    await op('jobs.wait', { id: job });
    let state = '';
    while (state !== 'suspended') state = (await op('jobs.standing', { id })).state;
    return id;
  }

  const idsOf = (result: Loose): string[] =>
    result.structuredContent.result.map((row: Loose) => row.flowId);
  const lists = async (who: string, id: string, args: object = {}) =>
    idsOf(await call(who, 'listApprovals', args)).includes(id);

  before(async () => {
    server = await startTestServer();
    tokens['owner'] = await server.tokenWith(['mcp:all']);
    await op('folders.create', { name: 'team' });
    await op('groups.create', { name: 'leads' });
    for (const name of ['ben', 'cleo']) {
      const [email, password] = [`${name}@example.com`, 'correct horse battery'];
      await op('users.create', { email, password });
      await op('members.add', { email, username: name, role: 'developer' });
      sessions[name] = (await op('session.login', { email, password })).token;
      tokens[name] = (await op('tokens.create', { scopes: ['mcp:all'] }, sessions[name])).token;
    }
    await op('groups.addUser', { name: 'leads', username: 'cleo' });
    tokens['reader'] = await server.tokenWith(['mcp:all'], { readOnly: true });
    tokens['narrow'] = await server.tokenWith(['mcp:scripts:f/team/*']);
  });
  after(() => server?.stop());

  it('lists a flow for whom it waits, and takes an answer from nobody else', async () => {
    const groups = { user_groups_required: { type: 'static', value: ['leads'] } };
    const rows: [suspend: object, may: string[], sees: string[]][] = [
      [{}, ['owner'], ['owner']],
      // Who makes a group is in it.
      [groups, ['cleo', 'owner'], ['owner', 'cleo']],
      [{ self_approval_disabled: true }, [], ['owner']],
    ];
    for (const [suspend, may, sees] of rows) {
      const says = JSON.stringify(suspend);
      const id = await waitingFlow(suspend);
      for (const who of ['owner', 'ben', 'cleo']) {
        assert.equal(await lists(who, id), may.includes(who), `${says}: ${who}`);
        assert.equal(await lists(who, id, { all: true }), sees.includes(who), `${says}: ${who}`);
      }
      for (const who of ['owner', 'ben', 'reader', 'narrow'].filter((one) => !may.includes(one))) {
        const refused = await call(who, 'resumeFlow', { id });
        assert.equal(refused.isError, true, `${says}: ${who} ${JSON.stringify(refused)}`);
      }
      // What ben may not see answers like what is not there.
      const hidden = await call('ben', 'resumeFlow', { id });
      const absent = await call('ben', 'resumeFlow', { id: nowhere });
      assert.equal(JSON.stringify(hidden).replaceAll(id, nowhere), JSON.stringify(absent));
      assert.equal((await op('jobs.get', { id })).suspend, 1, says);
      const [answerer] = may;
      if (answerer === undefined) {
        await op('jobs.cancel', { id });
        continue;
      }
      const done = await call(answerer, 'resumeFlow', { id });
      assert.notEqual(done.isError, true, `${says}: ${JSON.stringify(done)}`);
      assert.equal((await op('jobs.wait', { id })).success, true);
      assert.equal(await lists(answerer, id), false);
    }
  });

  it('asks the person for the fields of the form, and checks them', async () => {
    const schema = {
      type: 'object',
      required: ['why'],
      properties: {
        why: { type: 'string', description: 'the reason' },
        count: { type: 'integer', minimum: 1 },
      },
    };
    const id = await waitingFlow({ resume_form: { schema } });
    const args = { id, payload: { count: 3 } };
    const asked = await resumeAsked(args);
    assert.equal(asked.resultType, 'input_required', JSON.stringify(asked));
    const { params } = asked.inputRequests.answer;
    assert.match(params.message, /^Approve what the flow f\/team\/asks at its step a waits for\?/);
    assert.match(params.message, /Send it\?/);
    assert.deepEqual(params.requestedSchema, {
      type: 'object',
      properties: {
        why: { type: 'string', description: 'the reason' },
        count: { type: 'integer', minimum: 1, default: 3 },
      },
      required: ['why'],
    });
    const round = async (answer: object): Promise<Loose> => {
      const { requestState } = await resumeAsked(args);
      const inputResponses = { answer };
      const again = { name: 'resumeFlow', arguments: args, requestState, inputResponses };
      return send('owner', again, true);
    };
    const no = await round({ action: 'decline' });
    assert.equal(no.structuredContent.error.code, 'canceled');
    const wrong = await round({ action: 'accept', content: { count: 0 } });
    assert.match(wrong.structuredContent.error.message, /why: this is needed/);
    assert.equal((await op('jobs.get', { id })).suspend, 1, 'still waits');
    const done = await round({ action: 'accept', content: { why: 'because', count: 2 } });
    assert.notEqual(done.isError, true, JSON.stringify(done));
    assert.deepEqual((await op('jobs.wait', { id })).result, { why: 'because', count: 2 });
  });

  it('never shows a secret field in a form', async () => {
    const properties = { pin: { type: 'string', format: 'password' } };
    const id = await waitingFlow({ resume_form: { schema: { type: 'object', properties } } });
    const done = await resumeAsked({ id, payload: { pin: 'x' } });
    assert.equal(done.resultType, 'complete', JSON.stringify(done));
    assert.notEqual(done.isError, true, JSON.stringify(done));
  });
});
