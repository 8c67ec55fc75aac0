// Changes of the list of tools, as open streams hear of them: subscriptions of the stateless era
// and the GET stream of a session.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Bench, eventsOf, legacy, type Loose, messagesOf, modern, script } from './kit.ts';
import { startBench } from './kit.ts';

const all = ['u/bob/a', 'u/bob/b', 'u/bob/c'].map((path) => script(path));
const subscriptionKey = 'io.modelcontextprotocol/subscriptionId';
const changed = 'notifications/tools/list_changed';

let bench: Bench;
before(async () => {
  bench = await startBench({}, { scripts: all });
});
after(() => bench.stop());

/** Lets a burst end, after everything that is under way has been seen. */
async function settle(): Promise<void> {
  bench.clock.pass(500);
  const { body, headers } = modern('tools/list');
  await (await bench.post(body, { headers })).text();
}

async function listen(notifications: Loose, { token = 'all', path = '', id = 's1' } = {}) {
  const { body, headers } = modern('subscriptions/listen', { notifications }, { id });
  const response = await bench.post(body, { headers, token, ...(path && { path }) });
  const events = eventsOf(response);
  return { response, events, next: async () => (await events.next()).value };
}

describe('subscriptions/listen', () => {
  it('is offered by discover', async () => {
    const { body, headers } = modern('server/discover');
    const [{ result }] = await messagesOf(await bench.post(body, { headers }));
    assert.deepEqual(result.capabilities.tools, { listChanged: true });
  });

  it('acknowledges, then tells a burst once, with the id of the subscription', async () => {
    const { response, next } = await listen({ toolsListChanged: true, promptsListChanged: true });
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    assert.equal(response.headers.get('x-accel-buffering'), 'no');
    const ack = await next();
    assert.equal(ack.method, 'notifications/subscriptions/acknowledged');
    assert.deepEqual(ack.params.notifications, {
      toolsListChanged: true,
      promptsListChanged: true,
    });
    assert.equal(ack.params['_meta'][subscriptionKey], 's1');
    for (const count of [1, 2, 3, 2]) bench.setScripts(all.slice(0, count));
    await settle();
    const first = await next();
    assert.equal(first.method, changed);
    assert.equal(first.params['_meta'][subscriptionKey], 's1');
    // Nothing came twice: the next word is about the next change.
    bench.setScripts([...all, script('u/bob/d')]);
    await settle();
    assert.equal((await next()).method, changed);
    await response.body?.cancel().catch(() => undefined);
  });

  it('tells nobody of what does not concern them', async () => {
    const team = await listen({ toolsListChanged: true }, { token: 'team' });
    await team.next();
    bench.setScripts([script('u/bob/z')]);
    await settle();
    bench.setScripts([script('u/bob/z'), script('f/team/new')]);
    await settle();
    const heard = await team.next();
    assert.equal(heard.method, changed);
    bench.setScripts(all);
  });

  it('ends at once where there is nothing to tell', async () => {
    for (const [filter, path] of [
      [{}, ''],
      [{ toolsListChanged: false }, '/mcp'],
    ] as const) {
      const { response } = await listen(filter, { path });
      const [ack, end] = await messagesOf(response);
      assert.deepEqual(ack.params.notifications, {});
      assert.equal(end.id, 's1');
      assert.equal(end.result.resultType, 'complete');
    }
  });

  it('refuses a filter that is none', async () => {
    const wrong = { resourceSubscriptions: ['millrace://docs/a', 1] };
    for (const notifications of [undefined, 'all', { toolsListChanged: 'yes' }, wrong]) {
      const { response } = await listen(notifications);
      const [{ error }] = await messagesOf(response);
      assert.equal(error.code, -32_602);
    }
  });
});

describe('the stream of a session', () => {
  async function session(): Promise<Record<string, string>> {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: {} },
      clientInfo: { name: 'test', version: '1' },
    };
    const response = await bench.post(legacy('initialize', params).body);
    const { result } = (await response.json()) as Loose;
    assert.deepEqual(result.capabilities.tools, { listChanged: true });
    return {
      'mcp-protocol-version': '2025-11-25',
      'mcp-session-id': response.headers.get('mcp-session-id') ?? '',
    };
  }

  const open = (headers: Record<string, string>, token = 'all') =>
    fetch(bench.url, {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${token}`, ...headers },
    });

  it('hears of changes, and ends with the session', async () => {
    const headers = await session();
    const events = eventsOf(await open(headers));
    bench.setScripts([script('u/bob/other')]);
    await settle();
    assert.equal((await events.next()).value.method, changed);
    const ended = events.next().catch(() => ({ done: true }));
    await fetch(bench.url, {
      method: 'DELETE',
      headers: { authorization: 'Bearer all', ...headers },
    });
    assert.equal((await ended).done, true);
  });

  it('is one: a second one ends the first', async () => {
    const headers = await session();
    const first = eventsOf(await open(headers));
    const ended = first.next().catch(() => ({ done: true }));
    const second = await open(headers);
    assert.equal((await ended).done, true);
    await second.body?.cancel();
  });

  it('is for its owner, and for nobody without a session', async () => {
    const headers = await session();
    assert.equal((await open(headers, 'other')).status, 404);
    assert.equal((await open({ ...headers, 'mcp-session-id': 'x' })).status, 404);
    assert.equal((await open({ 'mcp-protocol-version': '2025-11-25' })).status, 405);
  });

  it('is not promised to clients that get no session', async () => {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'test', version: '1' },
    };
    const response = await bench.post(legacy('initialize', params).body);
    assert.deepEqual(((await response.json()) as Loose).result.capabilities.tools, {});
  });
});

describe('a stream', () => {
  it('ends when its token no longer counts', async () => {
    const { next, events } = await listen({ toolsListChanged: true }, { token: 'passing' });
    await next();
    bench.forget('passing');
    bench.setScripts([script('u/bob/after')]);
    await settle();
    assert.equal((await events.next()).done, true);
  });

  it('is ended in good order by a server that stops', async () => {
    const other = await startBench({}, { scripts: all });
    const { body, headers } = modern('subscriptions/listen', {
      notifications: { toolsListChanged: true },
    });
    const events = eventsOf(await other.post(body, { headers }));
    await events.next();
    const last = events.next();
    other.drain();
    assert.equal((await last).value.result.resultType, 'complete');
    assert.equal((await events.next()).done, true);
    await other.stop();
  });
});
