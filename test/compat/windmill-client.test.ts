// The published npm package windmill-client inside jobs, unchanged: variables, resources, state.
// Deploys from the real package registry, like a user's script.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';

const secret = 'hunter2-and-then-some';

const content = `import * as wmill from 'windmill-client@1.818.0';

export async function main() {
  const before = await wmill.getState();
  const secret = await wmill.getVariable('f/team/secret');
  console.log('the secret is', secret);
  await wmill.setVariable('f/team/made', 'one');
  const made = await wmill.getVariable('f/team/made');
  await wmill.setVariable('f/team/made', 'two');
  const changed = await wmill.getVariable('f/team/made');
  const db = await wmill.getResource('f/team/db');
  await wmill.setResource({ count: 1 }, 'f/team/own', 'c_own');
  await wmill.setResource({ count: 2 }, 'f/team/own', 'c_own');
  const own = await wmill.getResource('f/team/own');
  await wmill.setState({ runs: (before?.runs ?? 0) + 1 });
  const missing = await wmill.getVariable('f/team/none').then(() => 'there', () => 'refused');
  const hidden = await wmill.getVariable('u/owner/private').then(() => 'there', () => 'refused');
  return {
    length: secret.length, made, changed, host: db.host, password: db.password.length, own,
    state: await wmill.getState(), missing, hidden,
  };
}
`;

describe('windmill-client in a job', () => {
  let server: TestServer;
  let dev = '';

  async function must(op: string, input: object, token?: string): Promise<any> {
    const answer = await server.op(op, input, token);
    assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  before(async () => {
    server = await startTestServer();
    const person = { email: 'dev@example.com', password: 'correct horse battery' };
    await must('users.create', person);
    await must('members.add', { email: person.email, username: 'dev', role: 'developer' });
    dev = (await must('session.login', person)).token;
    await must('folders.create', { name: 'team', extraPerms: { 'u/dev': true } });
    await must('variables.create', { path: 'f/team/secret', value: secret, isSecret: true });
    await must('variables.create', { path: 'u/owner/private', value: 'not yours' });
    const value = { host: 'db', password: '$var:f/team/secret' };
    await must('resources.create', { path: 'f/team/db', resourceType: 'postgresql', value });
    const script = { path: 'f/team/client', content, language: 'bun' };
    await must('scripts.create', script, dev);
  });
  after(() => server.stop());

  it('reads and writes variables, resources and state, run after run', async () => {
    for (const runs of [1, 2]) {
      const run = await must('jobs.runWait', { path: 'f/team/client' }, dev);
      assert.deepEqual(run.result, {
        length: secret.length,
        made: 'one',
        changed: 'two',
        host: 'db',
        password: secret.length,
        own: { count: 2 },
        state: { runs },
        missing: 'refused',
        hidden: 'refused',
      });
      const { logs } = await must('jobs.logs', { id: run.id }, dev);
      assert.match(logs, /the secret is hun\*\*\*\*\*/);
      assert.doesNotMatch(logs, /hunter2/);
    }
    const [state] = await must('resources.list', { resourceType: ['state'] }, dev);
    assert.equal(state.path, 'f/team/client/user');
    assert.doesNotMatch(server.logLines.join('\n'), /hunter2/);
  });
});
