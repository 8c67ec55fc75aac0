// The corpus on a server of its own: as it is, and killed with -9 while all flows are under way.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ServerProcess, startProcess, temporaryFolder } from '../kit/spawned-server.ts';
import {
  checkCorpusFlow,
  corpusClient,
  type CorpusClient,
  deployCorpus,
  readCorpus,
  startCorpusFlow,
} from './corpus.ts';

const owner = { email: 'owner@example.com', password: 'correct horse battery staple' };
const flows = readCorpus();

describe('the corpus of flows', () => {
  const folder = temporaryFolder();
  let server: ServerProcess;
  let client: CorpusClient;

  async function start(): Promise<void> {
    server = await startProcess(folder.path, {
      MILLRACE_OWNER_EMAIL: owner.email,
      MILLRACE_OWNER_PASSWORD: owner.password,
      MILLRACE_WORKSPACE: 'test',
    });
    const response = await fetch(`${server.origin}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(owner),
    });
    client = corpusClient(server.origin, await response.text());
  }

  const startAll = () => Promise.all(flows.map((flow) => startCorpusFlow(client, flow)));
  const checkAll = (ids: string[], killed = false) =>
    Promise.allSettled(
      flows.map((flow, n) => checkCorpusFlow(client, flow, { id: ids[n] ?? '', killed })),
    );
  const failures = (outcomes: PromiseSettledResult<void>[]): string[] =>
    outcomes.flatMap((one) => (one.status === 'rejected' ? [String(one.reason.message)] : []));

  before(async () => {
    assert.ok(flows.length >= 30, `${flows.length} flows`);
    await start();
    await deployCorpus(client, flows);
  });
  after(async () => {
    await server.stop();
    folder.remove();
  });

  it('gives what it has to give', async () => {
    assert.deepEqual(failures(await checkAll(await startAll())), []);
  });

  it('gives the same when the server is killed while all are under way', async () => {
    const ids = await startAll();
    await Promise.race(ids.map((id) => client.op('jobs.wait', { id, waitMs: 60_000 })));
    await server.kill9();
    await start();
    const alive = await client.op('jobs.queueCount', {});
    assert.ok(alive.databaseLength > 0, 'nothing was under way');
    assert.deepEqual(failures(await checkAll(ids, true)), []);
  });
});
