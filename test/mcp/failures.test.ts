// How a run that fails is told to a model: what was thrown, in which step, what it printed last,
// and which call comes next; and what a narrow token is not told.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Model, modelAt } from './model.ts';

const throwing = `export async function main(count: number) {
  for (let n = 1; n <= count; n++) console.log('row', n);
  throw new TypeError('no such customer');
}`;

describe('failed runs', () => {
  let server: TestServer;
  let model: Model;
  before(async () => {
    server = await startTestServer({ MILLRACE_WAIT_MS: '20000' });
    model = modelAt(server, await server.tokenWith(['mcp:all']));
    const script = { path: 'f/examples/throws', language: 'bun', content: throwing };
    assert.equal((await server.op('scripts.create', script)).status, 200);
    const flow = {
      path: 'f/examples/steps',
      value: {
        modules: [
          { id: 'a', value: { type: 'identity' } },
          {
            id: 'rows',
            value: {
              type: 'script',
              path: 'f/examples/throws',
              input_transforms: { count: { type: 'static', value: 3 } },
            },
          },
        ],
      },
    };
    assert.equal((await server.op('flows.create', flow)).status, 200);
  });
  after(() => server?.stop());

  test('a script: the error, the last lines, the run, and where to read all', async () => {
    const { isError, content, structuredContent } = await model.call('s-f_examples_throws', {
      count: 50,
    });
    assert.equal(isError, true);
    const { error, last_logs: logs, job_id: id, run_url: url } = structuredContent;
    assert.equal(error.name, 'TypeError');
    assert.equal(error.message, 'no such customer');
    assert.ok(logs.includes('row 50') && !logs.includes('row 5\n'), logs);
    const [{ text }] = content;
    assert.ok(text.includes('row 50') && text.includes(url));
    assert.ok(text.includes(`getJobLogs {"id":"${id}"}`));
    const all = await model.call('getJobLogs', { id });
    assert.ok(all.content[0].text.includes('row 5\n'));
  });

  test('a flow: the step, what that step printed, and how to go on from it', async () => {
    const { isError, content, structuredContent } = await model.call('f-f_examples_steps');
    assert.equal(isError, true);
    assert.equal(structuredContent.error.step_id, 'rows');
    assert.ok(structuredContent.last_logs.includes('row 3'));
    const [{ text }] = content;
    assert.match(text, /failed in step rows with TypeError: no such customer/);
    const [, log = ''] = /getJobLogs (\{.*\})/.exec(text) ?? [];
    const printed = await model.call('getJobLogs', JSON.parse(log));
    assert.ok(printed.content[0].text.includes('row 3'));
    const [, again = ''] = /restartFlow (\{.*\})/.exec(text) ?? [];
    const restarted = await model.call('restartFlow', JSON.parse(again));
    assert.notEqual(restarted.isError, true, JSON.stringify(restarted));
  });

  test('a token for scripts alone is told the error, and no tool that it has not', async () => {
    const narrow = modelAt(server, await server.tokenWith(['mcp:scripts:f/examples/*']));
    const { isError, content } = await narrow.call('s-f_examples_throws', { count: 2 });
    assert.equal(isError, true);
    const [{ text }] = content;
    assert.match(text, /TypeError: no such customer/);
    for (const hidden of ['getJobLogs', 'restartFlow', 'row 2']) assert.ok(!text.includes(hidden));
  });
});
