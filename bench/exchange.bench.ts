// What the exchange of a job's token for one that acts for its owner takes: for a flow of this
// server, and for one of a registered Windmill, whose callbacks (a stand-in on the loopback) are
// counted too, although the target is without them.
import assert from 'node:assert/strict';
import { startHeldJobs } from '../test/kit/held-jobs.ts';
import { startTestServer } from '../test/kit/server.ts';
import { startWindmill } from '../test/kit/windmill-server.ts';
import { line, measure, ms } from './client.ts';

/** What one job may have. */
const tokensOfAJob = 20;
const exchangesOfJobs = 200;

const held = await startHeldJobs();
const windmill = await startWindmill();
const server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });

async function op(name: string, input: object = {}): Promise<any> {
  const { status, body } = await server.op(name, input);
  assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
  return body;
}

async function exchange(token: string, headers: Record<string, string> = {}): Promise<void> {
  const response = await fetch(`${server.origin}/auth/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: 'urn:windmill:params:oauth:token-type:job_token',
    }),
  });
  assert.equal(response.status, 200, await response.clone().text());
  await response.arrayBuffer();
}

async function figures(what: string, count: number, work: () => Promise<void>): Promise<void> {
  const first = Math.ceil(count / 10);
  await measure(first, 1, work);
  const { p50, p95 } = await measure(count - first, 1, work);
  line(`${what}, p50 / p95`, `${ms(p50)} / ${ms(p95)}`, '50 ms without the callback');
}

const services = [{ jira: ['read'] }];

async function ofThisServer(): Promise<void> {
  await op('folders.create', { name: 'team' });
  const step = { type: 'rawscript', language: 'bun', content: held.code };
  const value = { modules: [{ id: 'a', value: step }], 'gateway-services': services };
  await op('flows.create', { path: 'f/team/digest', value });
  await op('jobs.runFlow', { path: 'f/team/digest' });
  const job = await held.next();
  await figures('exchange for a flow of this server', tokensOfAJob, () => exchange(job.token));
  job.release();
}

async function ofWindmill(): Promise<void> {
  const email = 'ann@example.com';
  await op('users.create', { email, password: 'correct horse battery' });
  await op('members.add', { email, username: 'ann', role: 'developer' });
  const person = { email, username: 'ann', disabled: false, verified: true };
  windmill.people.set('ann', { ...person, login_type: 'password' });
  windmill.flows.set('f/team/digest', {
    value: { modules: [], 'gateway-services': services },
    edited_by: 'ann',
    edited_at: '2026-01-01T00:00:00Z',
    version_id: 1,
  });
  const said = { name: 'ours', id: 'ours', remoteWorkspace: 'prod' };
  await op('gatewayInstances.register', { ...said, address: windmill.origin });
  const { id, secret } = await op('gatewayClients.create', { name: 'flows', instance: 'ours' });
  const basic = Buffer.from(`${id}:${secret}`).toString('base64');
  const headers = { authorization: `Basic ${basic}` };
  await figures('exchange with a registered Windmill', exchangesOfJobs, () => {
    const { token } = windmill.run({ path: 'f/team/digest', as: 'ann' });
    return exchange(token, headers);
  });
}

try {
  await op('services.enable', { name: 'jira', baseUrl: 'https://jira.example.com' });
  await op('delegation.set', { enabled: true });
  await ofWindmill();
  await ofThisServer();
} finally {
  await server.stop();
  await Promise.all([held.stop(), windmill.stop()]);
}
