// Every kind of secret that the gateway keeps, put in through the public faces, and then looked for
// in all tables of the database, in the log, and in everything that lists it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { dumpOf } from '../kit/dump.ts';
import { type HeldJobs, startHeldJobs } from '../kit/held-jobs.ts';
import { type Jira, startJira } from '../kit/jira.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { modelAt } from '../mcp/model.ts';

const canary = (kind: string): string => `canary-${kind}-7d1f0a93b5`;

describe('secrets of the gateway', () => {
  let server: TestServer;
  let jira: Jira;
  let held: HeldJobs;
  /** By what they are. */
  const secrets = new Map<string, string>();

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  function secret(kind: string, value = canary(kind)): string {
    secrets.set(kind, value);
    return value;
  }

  before(async () => {
    [jira, held] = await Promise.all([startJira(), startHeldJobs()]);
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    jira.issues.set('PAY-1', { key: 'PAY-1', fields: { summary: 'Late' }, comments: [] });
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    await ok('services.enable', { name: 'slack', baseUrl: jira.origin });
    const account = 'o@example.com';
    await ok('credentials.set', { service: 'jira', account, secret: secret('own key') });
    await ok('credentials.setShared', { service: 'slack', secret: secret('shared key') });
    const endpoints = { authorize: 'https://a.example/a', token: 'https://a.example/t' };
    const app = { service: 'slack', clientId: 'c', clientSecret: secret('secret of an app') };
    await ok('credentials.setApp', { ...app, endpoints });
    const alertUrl = `https://hooks.example.com/${secret('alert address')}`;
    await ok('serviceAudit.setSettings', { alertUrl });
    const program = {
      command: 'node',
      args: ['-e', '1'],
      env: { KEY: secret('environment of a program') },
    };
    await ok('upstreams.register', { name: 'own', program, timeoutSeconds: 1 });
    await ok('delegation.set', { enabled: true });
    const client = await ok('gatewayClients.create', { name: 'flows', instance: 'local' });
    secret('secret of a client', client.secret);
    await ok('folders.create', { name: 'team' });
    const value = {
      modules: [{ id: 'a', value: { type: 'rawscript', language: 'bun', content: held.code } }],
      'gateway-services': [{ jira: ['read'] }],
    };
    await ok('flows.create', { path: 'f/team/digest', value });
    await ok('jobs.runFlow', { path: 'f/team/digest' });
  });
  after(async () => {
    await server?.stop();
    await jira?.stop();
    await held?.stop();
  });

  test('B08 none is in any table, in the log, or in what lists them', async () => {
    const job = await held.next();
    secret('token of a job', job.token);
    const answer = await fetch(`${server.origin}/auth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: job.token,
        subject_token_type: 'urn:windmill:params:oauth:token-type:job_token',
      }),
    });
    const { access_token: delegated } = (await answer.json()) as { access_token: string };
    const flow = modelAt(server, secret('delegated token', delegated), '/mcp');
    const get = { action: 'get_issue', issue_key: 'PAY-1' };
    assert.equal((await flow.call('jira_read_actions', get)).structuredContent.key, 'PAY-1');
    jira.failNext(401, { errorMessages: ['no'] });
    await flow.call('jira_read_actions', get);
    secret('token of a person', await server.tokenWith(['services:jira:read']));
    const lists: unknown[] = [];
    for (const name of [
      'services.list',
      'credentials.list',
      'credentials.listApps',
      'credentials.overview',
      'upstreams.list',
      'gatewayClients.list',
      'gatewayGrants.list',
      'gatewayExchanges.list',
      'serviceAudit.list',
      'serviceAudit.settings',
      'audit.list',
    ]) {
      lists.push(await ok(name));
    }
    lists.push(await ok('upstreams.get', { name: 'own' }));
    const { text, tables } = await dumpOf(server.databaseUrl, '');
    assert.ok(tables.length > 40 && tables.includes('gateway_credential'));
    const places = { tables: text, log: server.logLines.join('\n'), lists: JSON.stringify(lists) };
    assert.equal(secrets.size, 9);
    for (const [kind, value] of secrets) {
      for (const [where, found] of Object.entries(places)) {
        assert.ok(value.length > 10 && !found.includes(value), `${kind} is in the ${where}`);
      }
      const encoded = Buffer.from(value).toString('base64').replace(/=+$/, '');
      assert.ok(!text.includes(encoded), `${kind} is in the tables, encoded alone`);
    }
    // The search can find something: the names of what was stored are there.
    assert.ok(text.includes('a.example') && places.lists.includes('gwc_'));
    job.release();
  });
});
