// Every method of the published package windmill-client whose operation is built, on a whole
// server: what comes back must hold what the row says and have the type that the package declares.
// Every other method must say, under its own name, that it is not built.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import {
  type Called,
  type Method,
  openWindmillClient,
  type WindmillClient,
} from '../kit/windmill-client.ts';
import { differences } from './services/differences.ts';
import { appRows } from './services/apps.ts';
import { fileRows } from './services/files.ts';
import { itemRows, scheduleRows } from './services/items.ts';
import { approvalRows, endedRows, queueRows, runRows, workflowRows } from './services/jobs.ts';
import { instanceRows, peopleRows } from './services/people.ts';
import type { Known, Row } from './services/row.ts';
import {
  flowEndRows,
  flowRows,
  inputRows,
  scriptEndRows,
  scriptRows,
  starRows,
  triggerRows,
} from './services/runnables.ts';
import { wholeRows } from './services/whole.ts';

const rows: readonly Row[] = [
  ...peopleRows.slice(0, 3),
  ...itemRows,
  ...scriptRows,
  ...flowRows,
  ...starRows,
  ...inputRows,
  ...runRows,
  ...wholeRows,
  ...endedRows,
  ...queueRows,
  ...workflowRows,
  ...approvalRows,
  ...scheduleRows,
  ...triggerRows,
  ...appRows,
  ...fileRows,
  ...flowEndRows,
  ...scriptEndRows,
  ...peopleRows.slice(3),
  ...instanceRows,
];

function check(answer: any, { is }: Row, known: Known): void {
  if (is === undefined) return;
  if (typeof is === 'function') is(answer, known);
  else if (is instanceof RegExp) assert.match(answer, is);
  else if (typeof is === 'object' && is !== null && !Array.isArray(is)) {
    const held = Object.fromEntries(Object.keys(is).map((key) => [key, answer[key]]));
    assert.deepEqual(held, is);
  } else assert.deepEqual(answer, is);
}

describe('the methods of windmill-client', () => {
  let server: TestServer;
  let client: WindmillClient;
  /** May do nothing at all, so that asking harms nothing. */
  let powerless: string;
  const calls: Called[] = [];
  const methods = new Map<string, Method>();

  function methodOf(name: string): Method {
    const method = methods.get(name);
    assert.ok(method, `the package has no ${name}`);
    return method;
  }
  function call(name: string, fields: object = {}): Promise<any> {
    return client.call(methodOf(name), { workspace: server.workspace, ...fields });
  }
  const known: Known = { ask: call };

  before(async () => {
    server = await startTestServer();
    powerless = await server.tokenWith(['audit:read'], { readOnly: true });
    client = openWindmillClient(server.origin, server.token);
    for (const method of client.methods) methods.set(`${method.service}.${method.name}`, method);
  });
  after(() => server.stop());

  for (const row of rows) {
    it(row.call, async () => {
      const { sends = {} } = row;
      const fields = typeof sends === 'function' ? await sends(known) : sends;
      const sent = row.through ?? ((given: object) => call(row.call, given));
      const answer = await sent(fields, known);
      calls.push({ method: methodOf(row.call), sent: fields, answer });
      check(answer, row, known);
      if (row.as) known[row.as] = answer;
    });
  }

  it('say under their own name that they are not built, or are called here', async () => {
    client.as(powerless);
    const anything = new Proxy({}, { get: () => 'x', has: () => true });
    // Some operations are methods of two services.
    const called = new Set(rows.map((row) => row.call.split('.')[1]));
    const others = client.methods.filter(({ name }) => !called.has(name));
    assert.ok(client.methods.length > 900 && others.length > 400);
    const wrong: string[] = [];
    for (const method of others) {
      const answer = await client.call(method, anything).then(JSON.stringify, String);
      const said = /^Error: 501 Not built: (\w+)/.exec(answer)?.[1]?.toLowerCase();
      if (said === method.name.toLowerCase()) continue;
      const name = `${method.service}.${method.name}`;
      wrong.push(`${name} is built and needs a row in services/: ${answer.slice(0, 200)}`);
    }
    assert.deepEqual(wrong, []);
  });

  it('take and answer what the package declares', async () => {
    assert.deepEqual(await client.typeErrors(calls, differences), []);
  });
});
