// Calls that ask the person behind the client: sessions of the handshake era, rounds of the
// stateless one, and clients that cannot be asked.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  askFor,
  type Bench,
  eventsOf,
  legacy,
  type Loose,
  messagesOf,
  modern,
  type Question,
  script,
  startBench,
} from './kit.ts';

const form = { type: 'object', properties: { sure: { type: 'boolean' } } };
const question: Question = { key: 'sure', message: 'Delete it?', form };
const call = { name: 's-u_bob_ask', arguments: { name: 'x' } };
const forms = { elicitation: { form: {} } };
const capabilitiesKey = 'io.modelcontextprotocol/clientCapabilities';

let bench: Bench;
let runs = 0;

before(async () => {
  bench = await startBench(
    {
      'u/bob/ask': (_args, running) => askFor(running, question),
      'u/bob/once': async (_args, running) => {
        const answered = await askFor(running, { ...question, once: true });
        runs += 1;
        return answered;
      },
      'u/bob/twice': async (_args, running) => {
        const first = await askFor(running, question);
        const second = await askFor(running, { ...question, key: 'really' });
        return { first, second };
      },
      'u/bob/page': (_args, running) =>
        askFor(running, { key: 'page', message: 'Open it', url: 'https://example.com/x' }),
    },
    { scripts: ['ask', 'once', 'twice', 'page'].map((name) => script(`u/bob/${name}`)) },
  );
});
after(() => bench.stop());

async function hello(capabilities: Loose, more: Loose = {}): Promise<Response> {
  const clientInfo = { name: 'test', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities, clientInfo };
  const response = await bench.post(legacy('initialize', params).body, more);
  await response.json();
  return response;
}

async function openSession(more: Loose = {}): Promise<string> {
  return (await hello(forms, more)).headers.get('mcp-session-id') ?? '';
}

describe('a session of the handshake era', () => {
  it('is opened only for clients that can be asked something', async () => {
    const ids = await Promise.all(
      [{}, { roots: {} }, forms, { elicitation: {} }, { sampling: {} }].map(async (one) =>
        (await hello(one)).headers.get('mcp-session-id'),
      ),
    );
    assert.deepEqual(
      ids.map((id) => id !== null),
      [false, false, true, true, true],
    );
    assert.ok(ids.every((id) => id === null || /^[\w-]{32}$/.test(id)));
  });

  it('carries the question over the stream of the call, and the answer back', async () => {
    const headers = { ...legacy('x').headers, 'mcp-session-id': await openSession() };
    const response = await bench.post(legacy('tools/call', call).body, { headers });
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    const messages: Loose[] = [];
    for await (const message of eventsOf(response)) {
      messages.push(message);
      if (message.method !== 'elicitation/create') continue;
      assert.equal(message.params.message, 'Delete it?');
      assert.deepEqual(message.params.requestedSchema, form);
      const result = { action: 'accept', content: { sure: true } };
      const answer = { jsonrpc: '2.0', id: message.id, result };
      const taken = await bench.post(answer, { headers });
      assert.equal(taken.status, 202);
    }
    const wanted = { action: 'accept', content: { sure: true } };
    assert.deepEqual(messages.at(-1).result.structuredContent, wanted);
    assert.equal(messages.length, 2);
  });

  it('takes an answer from nobody else, and is there for nobody else', async () => {
    const id = await openSession();
    const headers = { ...legacy('x').headers, 'mcp-session-id': id };
    const list = legacy('tools/list').body;
    const rows: [Loose, number][] = [
      [{ headers }, 200],
      [{ headers, token: 'other' }, 404],
      [{ headers, token: null }, 401],
      [{ headers: { ...headers, 'mcp-session-id': `${id}x` } }, 404],
    ];
    for (const [more, status] of rows) {
      const response = await bench.post(list, more);
      assert.equal(response.status, status);
      assert.ok(!(await response.text()).includes(id));
    }
  });

  it('ends by DELETE, for its owner alone', async () => {
    const id = await openSession();
    const end = (token: string) =>
      fetch(bench.url, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${token}`, 'mcp-session-id': id },
      }).then(({ status }) => status);
    assert.deepEqual([await end('other'), await end('all'), await end('all')], [404, 200, 404]);
  });

  it('ends after a day without use', async () => {
    const headers = { ...legacy('x').headers, 'mcp-session-id': await openSession() };
    const list = () => bench.post(legacy('tools/list').body, { headers }).then((r) => r.status);
    bench.clock.pass(23 * 3_600_000);
    assert.equal(await list(), 200);
    bench.clock.pass(25 * 3_600_000);
    assert.equal(await list(), 404);
  });

  it('goes on without an answer when the client fails or the person stays away', async () => {
    const headers = { ...legacy('x').headers, 'mcp-session-id': await openSession() };
    for (const how of ['error', 'away']) {
      const response = await bench.post(legacy('tools/call', call).body, { headers });
      const messages: Loose[] = [];
      for await (const message of eventsOf(response)) {
        messages.push(message);
        if (message.method !== 'elicitation/create') continue;
        if (how === 'away') bench.clock.pass(300_000);
        else {
          const error = { code: -1, message: 'no' };
          await bench.post({ jsonrpc: '2.0', id: message.id, error }, { headers });
        }
      }
      assert.deepEqual(messages.at(-1).result.structuredContent, { action: 'cannot' });
    }
  });
});

function round(params: Loose, capabilities: Loose = forms): Loose {
  return modern('tools/call', params, { meta: { [capabilitiesKey]: capabilities } });
}

async function resultOf(params: Loose, more: Loose = {}): Promise<Loose> {
  const { body, headers } = round(params, more.capabilities);
  const options = { headers, ...(more.token && { token: more.token }) };
  const [message] = await messagesOf(await bench.post(body, options));
  return message.result ?? message.error;
}

const accept = { sure: { action: 'accept', content: { sure: true } } };

describe('rounds of the stateless era', () => {
  it('end the call with the question, and run it with the answer', async () => {
    const first = await resultOf(call);
    assert.equal(first.resultType, 'input_required');
    assert.equal(first.inputRequests.sure.method, 'elicitation/create');
    assert.equal(first.inputRequests.sure.params.message, 'Delete it?');
    const { requestState } = first;
    const second = await resultOf({ ...call, requestState, inputResponses: accept });
    assert.equal(second.resultType, 'complete');
    assert.deepEqual(second.structuredContent, { action: 'accept', content: { sure: true } });
    const declined = { sure: { action: 'decline' } };
    const third = await resultOf({ ...call, requestState, inputResponses: declined });
    assert.deepEqual(third.structuredContent, { action: 'decline' });
  });

  it('remember the answers of earlier rounds', async () => {
    const twice = { ...call, name: 's-u_bob_twice' };
    const first = await resultOf(twice);
    const second = await resultOf({
      ...twice,
      requestState: first.requestState,
      inputResponses: { ...accept, really: { action: 'accept', content: { forged: 1 } } },
    });
    assert.deepEqual(Object.keys(second.inputRequests), ['really']);
    const { requestState } = second;
    const really = { action: 'cancel' };
    const third = await resultOf({ ...twice, requestState, inputResponses: { really } });
    assert.deepEqual(third.structuredContent, { first: accept.sure, second: really });
  });

  it('refuse a state that is forged, late, or for another person, tool or arguments', async () => {
    const { requestState } = await resultOf(call);
    const [payload, signature] = requestState.split('.');
    const flipped = `${payload.slice(0, -2)}${payload.endsWith('A') ? 'BB' : 'AA'}.${signature}`;
    const again = { ...call, requestState, inputResponses: accept };
    const rows: [string, Loose, Loose?][] = [
      ['a byte', { ...again, requestState: flipped }],
      ['no signature', { ...again, requestState: payload }],
      ['no text', { ...again, requestState: 7 }],
      ['another tool', { ...again, name: 's-u_bob_once' }],
      ['other arguments', { ...again, arguments: { name: 'y' } }],
      ['another person', again, { token: 'other' }],
    ];
    for (const [what, params, more] of rows) {
      assert.equal((await resultOf(params, more)).code, -32_602, what);
    }
    assert.equal((await resultOf(again)).resultType, 'complete');
    bench.clock.pass(600_000);
    assert.equal((await resultOf(again)).code, -32_602);
  });

  it('may be answered once where that matters', async () => {
    const once = { ...call, name: 's-u_bob_once' };
    const { requestState } = await resultOf(once);
    const again = { ...once, requestState, inputResponses: accept };
    const results = await Promise.all([resultOf(again), resultOf(again), resultOf(again)]);
    assert.equal(results.filter(({ code }) => code === -32_602).length, 2);
    assert.equal(runs, 1);
  });

  it('ask again when the answer is missing', async () => {
    const { requestState } = await resultOf(call);
    const again = await resultOf({ ...call, requestState, inputResponses: { other: {} } });
    assert.deepEqual(Object.keys(again.inputRequests), ['sure']);
  });
});

describe('a client that cannot be asked', () => {
  it('gets what happens without a person', async () => {
    const rows: [string, Loose][] = [
      ['s-u_bob_ask', {}],
      ['s-u_bob_ask', { elicitation: { url: {} } }],
      ['s-u_bob_page', { elicitation: {} }],
    ];
    for (const [name, capabilities] of rows) {
      const { structuredContent } = await resultOf({ ...call, name }, { capabilities });
      assert.deepEqual(structuredContent, { action: 'cannot' });
    }
    const { body, headers } = legacy('tools/call', call);
    const [{ result }] = await messagesOf(await bench.post(body, { headers }));
    assert.deepEqual(result.structuredContent, { action: 'cannot' });
  });

  it('gets a page where it can open pages', async () => {
    const capabilities = { elicitation: { url: {} } };
    const { inputRequests } = await resultOf({ ...call, name: 's-u_bob_page' }, { capabilities });
    assert.equal(inputRequests.page.params.url, 'https://example.com/x');
    assert.equal(inputRequests.page.params.mode, 'url');
  });
});
