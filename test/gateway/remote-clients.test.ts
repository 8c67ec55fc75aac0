// The copied clients in jobs of another server: programs of their own, with a token of that server
// and the secret of a client here, which call Jira as the person whose flow it is.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '../../src/base/index.ts';
import { type Jira, startJira } from '../kit/jira.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { startWindmill, type Windmill } from '../kit/windmill-server.ts';

const key = 'jira-key-of-ann';
const path = 'f/team/digest';

const typescript = `import { connect, Refused } from './millrace.ts';
const { GATEWAY: url, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret } = process.env;
const millrace = connect({ url, clientId, clientSecret });
const issue = { issue_key: 'PAY-1' };
const { summary } = await millrace.jira.read({ action: 'get_issue', ...issue });
const refused = await millrace.jira
  .write({ action: 'add_comment', ...issue, text: 'x' })
  .catch((error) => error);
console.log(JSON.stringify([summary, refused instanceof Refused && refused.reason_code]));
`;
const python = `import json, os
import mcpgate
client = {"client_id": os.environ["CLIENT_ID"], "client_secret": os.environ["CLIENT_SECRET"]}
gate = mcpgate.connect(url=os.environ["GATEWAY"], **client)
read = gate.jira_read_actions(action="get_issue", issue_key="PAY-1")
try:
    gate.jira_write_actions(action="add_comment", issue_key="PAY-1", text="x")
except mcpgate.Refused as error:
    print(json.dumps([read["summary"], error.reason_code]))
`;

describe('a job of another server', () => {
  let server: TestServer;
  let windmill: Windmill;
  let jira: Jira;
  let client: { id: string; secret: string };
  const folder = mkdtempSync(join(tmpdir(), 'millrace-remote-'));

  async function ok(name: string, input: object = {}, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  before(async () => {
    [windmill, jira] = await Promise.all([startWindmill(), startJira()]);
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    const person = { email: 'ann@example.com', password: 'correct horse battery' };
    await ok('users.create', person);
    await ok('members.add', { email: person.email, username: 'ann', role: 'developer' });
    const { token } = await ok('session.login', person);
    const there = { email: person.email, username: 'ann', disabled: false, verified: true };
    windmill.people.set('ann', { ...there, login_type: 'password' });
    windmill.flows.set(path, {
      value: { modules: [], 'gateway-services': [{ jira: ['read'] }] },
      edited_by: 'ann',
      edited_at: new Date(systemClock.now() - 60_000).toISOString(),
      version_id: 1,
    });
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    await ok('credentials.set', { service: 'jira', account: person.email, secret: key }, token);
    await ok('delegation.set', { enabled: true });
    const place = { address: windmill.origin, remoteWorkspace: 'prod' };
    await ok('gatewayInstances.register', { id: 'ours', name: 'ours', ...place });
    client = await ok('gatewayClients.create', { name: 'flows', instance: 'ours' });
    jira.issues.set('PAY-1', { key: 'PAY-1', fields: { summary: 'Late' }, comments: [] });
    for (const file of ['millrace.ts', 'mcpgate.py']) {
      const copied = await server.fetch(`/clients/${file}`, { token: null });
      writeFileSync(join(folder, file), await copied.text());
    }
    writeFileSync(join(folder, 'job.mts'), typescript);
    writeFileSync(join(folder, 'job.py'), python);
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await server?.stop();
    await windmill?.stop();
    await jira?.stop();
  });

  for (const [program, file] of [
    [process.execPath, 'job.mts'],
    ['python3', 'job.py'],
  ] as const) {
    test(`reads as its person, and writes nothing: ${file}`, async () => {
      const { token } = windmill.run({ path, as: 'ann' });
      const env = {
        PATH: process.env['PATH'],
        WM_TOKEN: token,
        GATEWAY: server.origin,
        CLIENT_ID: client.id,
        CLIENT_SECRET: client.secret,
      };
      const child = spawn(program, [join(folder, file)], { env, cwd: folder });
      let [out, err] = ['', ''];
      child.stdout.on('data', (text: Buffer) => (out += String(text)));
      child.stderr.on('data', (text: Buffer) => (err += String(text)));
      await once(child, 'close');
      assert.equal(out.trim().replaceAll(' ', ''), '["Late","class_not_declared"]', err);
      const [refused, read] = await ok('serviceAudit.list', { perPage: 2 });
      for (const row of [refused, read]) {
        const said = [row.actor, row.subjectEmail];
        assert.deepEqual(said, [`windmill:ours/prod/${path}`, 'ann@example.com']);
      }
      assert.deepEqual([read.decision, refused.reasonCode], ['allowed', 'class_not_declared']);
      assert.doesNotMatch(server.logLines.join('\n'), /gwd_|jwt_|jira-key/);
    });
  }
});
