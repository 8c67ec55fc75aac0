// Flows of this server that act for their owner, through whole servers: a job exchanges its token,
// calls Jira as the person with the person's own key, and can do nothing else with it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { dumpOf } from '../kit/dump.ts';
import { type HeldJob, type HeldJobs, startHeldJobs } from '../kit/held-jobs.ts';
import { type Jira, startJira } from '../kit/jira.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

const secret = 'jira-key-of-the-owner';
const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const jobTokenType = 'urn:windmill:params:oauth:token-type:job_token';

type Fields = Record<string, string | undefined>;

describe('a flow that acts for its owner', () => {
  let server: TestServer;
  let jira: Jira;
  let held: HeldJobs;
  /** What was refused, by the number that the caller was told. */
  const refusals = new Map<string, { reason: string; token: string }>();

  async function ok(name: string, input: object = {}, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  const flowOf = (services: unknown, more: object = {}) => ({
    modules: [{ id: 'a', value: { type: 'rawscript', language: 'bun', content: held.code } }],
    ...(services === undefined ? {} : { 'gateway-services': services }),
    ...more,
  });

  async function deploy(path: string, services: unknown, token?: string): Promise<void> {
    const value = flowOf(services);
    const exists = await ok('flows.exists', { path }, token);
    const there = exists === true || exists.exists === true;
    if (there) await ok('flows.update', { path, value }, token);
    else await ok('flows.create', { path, value }, token);
  }

  /** Runs a flow until its step holds still. */
  async function start(path: string, token?: string): Promise<HeldJob> {
    await ok('jobs.runFlow', { path }, token);
    return held.next();
  }

  async function exchange(
    subjectToken: string,
    fields: Fields = {},
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: any; headers: Headers }> {
    const form = new URLSearchParams();
    const all: Fields = {
      grant_type: exchangeGrant,
      subject_token: subjectToken,
      subject_token_type: jobTokenType,
      ...fields,
    };
    for (const [name, value] of Object.entries(all)) if (value !== undefined) form.set(name, value);
    const response = await fetch(`${server.origin}/auth/token`, {
      method: 'POST',
      body: form,
      headers,
    });
    const body: any = await response.json();
    const { audit_id: id, reason_code: reason } = body;
    if (reason !== undefined) refusals.set(id, { reason, token: subjectToken });
    return { status: response.status, body, headers: response.headers };
  }

  /** A token for what the job may do. */
  async function tokenFor(job: HeldJob, fields: Fields = {}): Promise<string> {
    const { status, body } = await exchange(job.token, fields);
    assert.equal(status, 200, JSON.stringify(body));
    return body.access_token;
  }

  async function mcp(token: string, method: string, params: object) {
    const response = await fetch(`${server.origin}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
  }

  /** Calls an action; answers the result or the reason of its refusal. */
  async function call(token: string, tool: string, args: object): Promise<any> {
    const { status, body } = await mcp(token, 'tools/call', { name: tool, arguments: args });
    if (status !== 200) return { status };
    const { result } = body;
    if (!result.isError) return { value: result.structuredContent };
    return { refused: result.structuredContent.error.details?.reason_code ?? result };
  }

  before(async () => {
    [jira, held] = await Promise.all([startJira(), startHeldJobs()]);
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    await ok('credentials.set', { service: 'jira', account: 'owner@example.com', secret });
    await ok('folders.create', { name: 'team' });
    jira.issues.set('PAY-1', { key: 'PAY-1', fields: { summary: 'Late' }, comments: [] });
  });
  after(async () => {
    await held?.stop();
    await server?.stop();
    await jira?.stop();
  });

  test('E25 while delegation is off nobody is acted for', async () => {
    await deploy('f/team/digest', [{ jira: ['read'] }]);
    const job = await start('f/team/digest');
    const { status, body } = await exchange(job.token);
    assert.deepEqual(
      [status, body.error, body.reason_code],
      [400, 'unsupported_grant_type', 'delegation_disabled'],
    );
    assert.match(body.audit_id, /^[0-9a-f-]{36}$/);
    job.release();
  });

  test('E01 reads Jira as its owner, with the owner’s own key', async () => {
    await ok('delegation.set', { enabled: true });
    const job = await start('f/team/digest');
    const { status, body, headers } = await exchange(job.token, {
      resource: `${server.origin}/mcp`,
      scope: 'jira:read',
      nonce: 'n1',
      job_id: job.id,
      flow_path: 'f/team/digest',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
    assert.equal(status, 200, JSON.stringify(body));
    assert.match(body.access_token, /^gwd_[A-Za-z0-9]{43}$/);
    assert.deepEqual(
      { ...body, access_token: '', expires_in: 0 },
      {
        access_token: '',
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 0,
        scope: 'jira:read',
      },
    );
    assert.ok(body.expires_in > 800 && body.expires_in <= 900, String(body.expires_in));
    assert.equal(headers.get('cache-control'), 'no-store');
    const token = body.access_token;
    const listed = await mcp(token, 'tools/list', {});
    assert.deepEqual(
      listed.body.result.tools.map((tool: any) => tool.name),
      ['jira_read_actions'],
    );
    const read = await call(token, 'jira_read_actions', {
      action: 'get_issue',
      issue_key: 'PAY-1',
    });
    assert.equal(read.value.summary, 'Late', JSON.stringify(read));
    const basic = `Basic ${Buffer.from(`owner@example.com:${secret}`).toString('base64')}`;
    assert.equal(jira.asked.at(-1)?.authorization, basic);
    const [called] = await ok('serviceAudit.list', { perPage: 1 });
    assert.deepEqual(
      [called.subjectEmail, called.actor, called.decision, called.jobId],
      ['owner@example.com', 'millrace:local/test/f/team/digest', 'allowed', job.id],
    );
    const [row] = await ok('gatewayExchanges.list', {});
    assert.deepEqual(
      [row.subject, row.actor, row.scope, row.reasonCode],
      ['owner', 'millrace:local/test/f/team/digest', 'jira:read', null],
    );
    const [grant] = await ok('gatewayGrants.list', {});
    assert.deepEqual(
      [grant.status, grant.flowPath, grant.services, grant.approvedBy],
      ['active', 'f/team/digest', { jira: ['read'] }, 'owner'],
    );
    job.release();
  });

  test('E03 E04 E05 E06 refuses by its code what is not declared or granted', async () => {
    await deploy('f/team/risky', [{ jira: ['read', 'high_risk'] }]);
    const job = await start('f/team/risky');
    const { body } = await exchange(job.token);
    // No admin lets it do more, so no more is promised.
    assert.equal(body.scope, 'jira:read');
    const token = body.access_token;
    const asked = jira.asked.length;
    const rows: [code: string, tool: string, args: object][] = [
      ['service_not_declared', 'slack_write_actions', { action: 'post_message' }],
      [
        'class_not_declared',
        'jira_write_actions',
        { action: 'create_issue', project: 'PAY', summary: 'x' },
      ],
      [
        'high_risk_not_granted',
        'jira_write_actions',
        { action: 'delete_issue', issue_key: 'PAY-1' },
      ],
      ['wrong_tool', 'jira_read_actions', { action: 'create_issue' }],
      ['action_unknown', 'jira_read_actions', { action: 'get_isue' }],
    ];
    for (const [code, tool, args] of rows) {
      assert.deepEqual(await call(token, tool, args), { refused: code }, tool);
    }
    assert.equal(jira.asked.length, asked, 'nothing was sent');
    const noted = await ok('serviceAudit.list', { perPage: 5 });
    assert.deepEqual(
      noted.map((row: any) => row.reasonCode).toReversed(),
      rows.map(([code]) => code),
    );
    for (const row of noted) assert.equal(row.actor, 'millrace:local/test/f/team/risky');
    const place = { flowPath: 'f/team/risky', service: 'jira', action: 'delete_issue' };
    const tooLong = await server.op('highRiskGrants.create', { ...place, reason: 'why', days: 31 });
    assert.equal(tooLong.status, 400);
    const made = await ok('highRiskGrants.create', { ...place, reason: 'cleaning up', days: 1 });
    const args = { action: 'delete_issue', issue_key: 'PAY-1' };
    assert.deepEqual(await call(token, 'jira_write_actions', args), {
      refused: 'confirmation_required',
    });
    const deleted = await call(token, 'jira_write_actions', { ...args, confirmed: true });
    assert.ok('value' in deleted, JSON.stringify(deleted));
    assert.equal(jira.issues.has('PAY-1'), false);
    await ok('highRiskGrants.revoke', { id: made.id });
    assert.deepEqual(await call(token, 'jira_write_actions', { ...args, confirmed: true }), {
      refused: 'high_risk_not_granted',
    });
    job.release();
  });

  test('C03 E07 E08 what the owner cannot do, the flow cannot either', async () => {
    await deploy('f/team/reader', { jira: ['read', 'write'] });
    const job = await start('f/team/reader');
    const token = await tokenFor(job);
    const args = { action: 'get_issue', issue_key: 'PAY-1' };
    await ok('services.setReadOnly', { readOnly: true });
    const written = { action: 'add_comment', issue_key: 'PAY-1', text: 'x' };
    assert.deepEqual(await call(token, 'jira_write_actions', written), {
      refused: 'read_only_mode',
    });
    await ok('services.setReadOnly', { readOnly: false });
    await ok('credentials.remove', { service: 'jira' });
    assert.deepEqual(await call(token, 'jira_read_actions', args), {
      refused: 'owner_not_connected',
    });
    const rows = await ok('serviceAudit.list', { perPage: 2 });
    for (const [at, reason] of ['owner_not_connected', 'read_only_mode'].entries()) {
      const { subjectEmail, actor, decision, reasonCode } = rows[at];
      assert.deepEqual(
        [subjectEmail, actor, decision, reasonCode],
        [server.owner.email, 'millrace:local/test/f/team/reader', 'refused', reason],
      );
    }
    await ok('credentials.set', { service: 'jira', account: 'owner@example.com', secret });
    job.release();
  });

  test('E11 E14 E30 E31 what is no running job’s token, or no exchange, is refused', async () => {
    const job = await start('f/team/digest');
    const delegated = await tokenFor(job);
    const full = await server.tokenWith(undefined);
    const rows: [Fields, status: number, error: string, reason: string][] = [
      [{ subject_token: full }, 400, 'invalid_request', 'caller_unverified'],
      [{ subject_token: server.token }, 400, 'invalid_request', 'caller_unverified'],
      [{ subject_token: delegated }, 400, 'invalid_request', 'caller_unverified'],
      [{ subject_token: `${job.token.slice(0, -1)}_` }, 400, 'invalid_request', 'job_not_running'],
      [{ subject_token: undefined }, 400, 'invalid_request', 'request_malformed'],
      [{ subject_token_type: undefined }, 400, 'invalid_request', 'request_malformed'],
      [{ subject_token_type: 'jwt' }, 400, 'invalid_request', 'request_malformed'],
      [{ requested_token_type: 'urn:x' }, 400, 'invalid_request', 'request_malformed'],
      [{ actor_token: full }, 400, 'invalid_request', 'request_malformed'],
      [{ resource: 'https://other.example/mcp' }, 400, 'invalid_target', 'audience_unknown'],
      [{ audience: `${server.origin}/api` }, 400, 'invalid_target', 'audience_unknown'],
      [{ scope: 'slack:read' }, 400, 'invalid_scope', 'service_not_declared'],
      [{ scope: 'jira:write' }, 400, 'invalid_scope', 'class_not_declared'],
      [{ scope: 'jira:everything' }, 400, 'invalid_scope', 'declaration_invalid'],
      [{ scope: '*' }, 400, 'invalid_scope', 'declaration_invalid'],
      [{ gateway_services: '- jira: [write]' }, 400, 'invalid_scope', 'class_not_declared'],
      [{ gateway_services: '[' }, 400, 'invalid_scope', 'declaration_invalid'],
      [{ windmill_instance: 'elsewhere' }, 401, 'invalid_client', 'client_unknown'],
      [{ client_secret: 'x' }, 401, 'invalid_client', 'client_unknown'],
      [{ job_id: delegated }, 400, 'invalid_request', 'caller_unverified'],
      [{ flow_path: 'f/team/other' }, 400, 'invalid_request', 'caller_unverified'],
    ];
    for (const [fields, status, error, reason] of rows) {
      const answer = await exchange(job.token, fields);
      const { body } = answer;
      const said = [answer.status, body.error, body.reason_code];
      assert.deepEqual(said, [status, error, reason], JSON.stringify({ fields, body }));
      assert.equal(body.access_token, undefined);
      assert.doesNotMatch(JSON.stringify(body), /gwd_|mrj_/);
    }
    const twice = await fetch(`${server.origin}/token`, {
      method: 'POST',
      body: new URLSearchParams([
        ['grant_type', exchangeGrant],
        ['subject_token', job.token],
        ['subject_token', job.token],
        ['subject_token_type', jobTokenType],
      ]),
    });
    assert.equal(twice.status, 400);
    job.release();
  });

  test('E30 a delegated token reaches services at its address, and nothing else', async () => {
    const job = await start('f/team/digest');
    const token = await tokenFor(job);
    const rest = ['session.whoami', 'scripts.list', 'tokens.create', 'gatewayGrants.list'];
    for (const name of [...rest, 'services.read', 'delegation.set', 'jobs.list']) {
      const { status } = await server.op(name, {}, token);
      assert.equal(status, 401, name);
    }
    const names = ['runScriptPreview', 'listScripts', 'getVariable', 'searchDocs', 'searchTools'];
    for (const name of names) {
      const { body } = await mcp(token, 'tools/call', { name, arguments: {} });
      assert.ok(body.error, `${name}: ${JSON.stringify(body)}`);
    }
    for (const method of ['resources/list', 'prompts/list', 'resources/templates/list']) {
      const { body } = await mcp(token, method, {});
      const listed = Object.values(body.result ?? {})
        .filter(Array.isArray)
        .flat();
      assert.deepEqual(listed, [], method);
    }
    const elsewhere = await server.fetch('/api/mcp/w/other/mcp', { method: 'POST', token });
    assert.equal(elsewhere.status, 401);
    job.release();
  });

  test('a job reaches no service by its own token', async () => {
    const job = await start('f/team/digest');
    const input = { service: 'jira', action: 'get_issue', params: { issue_key: 'PAY-1' } };
    const { status, body } = await server.op('services.read', input, job.token);
    assert.equal(status, 403);
    assert.match(body.error.hint, /gateway-services/);
    job.release();
  });

  test('a nonce is used once, and a job gets so many tokens', async () => {
    const job = await start('f/team/digest');
    await tokenFor(job, { nonce: 'one' });
    const again = await exchange(job.token, { nonce: 'one' });
    assert.equal(again.body.reason_code, 'replayed');
    const many = Array.from({ length: 25 }, () => exchange(job.token));
    const reasons = (await Promise.all(many)).map(({ body }) => body.reason_code ?? 'given');
    assert.ok(reasons.includes('rate_limited'), reasons.join());
    assert.equal((await exchange(job.token)).body.reason_code, 'rate_limited');
    job.release();
  });

  test('the token ends with its job', async () => {
    const job = await start('f/team/digest');
    const token = await tokenFor(job);
    const args = { action: 'search_issues', query: 'x' };
    assert.ok('value' in (await call(token, 'jira_read_actions', args)));
    job.release();
    assert.equal((await ok('jobs.wait', { id: job.env['WM_ROOT_FLOW_JOB_ID'] })).done, true);
    assert.deepEqual(await call(token, 'jira_read_actions', args), { status: 401 });
  });

  test('E20 a preview acts for nobody', async () => {
    await ok('jobs.previewFlow', { value: flowOf([{ jira: ['read'] }]) });
    const job = await held.next();
    assert.equal((await exchange(job.token)).body.reason_code, 'job_is_preview');
    job.release();
  });

  test('E02 a flow without a block is told to use an account of its own', async () => {
    await deploy('f/team/plain', undefined);
    const job = await start('f/team/plain');
    const { body } = await exchange(job.token);
    assert.equal(body.reason_code, 'declaration_missing');
    assert.match(body.error_description, /service account/);
    job.release();
  });

  test('a block that is wrong is refused when the flow is written, with its place', async () => {
    const rows: [unknown, RegExp][] = [
      [[{ jira: ['everything'] }], /value.gateway-services.0.jira.0: "everything" is no class/],
      [[{ jira: [] }], /jira has no class/],
      [[{ '*': ['read'] }], /is no name of a service/],
      [[{ jira: ['read'] }, { jira: ['write'] }], /jira is there twice/],
      [[{ jira: ['read'], slack: ['read'] }], /names one service/],
      [[], /is empty/],
      ['jira', /is a list of services/],
    ];
    for (const [services, words] of rows) {
      const made = await server.op('flows.create', {
        path: 'f/team/wrong',
        value: flowOf(services),
      });
      assert.equal(made.status, 400, JSON.stringify(services));
      assert.match(made.body.error.message, words);
    }
  });

  test('a Python step reads by mcpgate, and hears why it may not write', async () => {
    jira.issues.set('PAY-7', { key: 'PAY-7', fields: { summary: 'By Python' }, comments: [] });
    const content = `import mcpgate

def main():
    read = mcpgate.jira_read_actions(action="get_issue", issue_key="PAY-7")
    try:
        mcpgate.jira_write_actions(action="add_comment", issue_key="PAY-7", text="x")
    except mcpgate.Refused as error:
        return {"summary": read["summary"], "refused": error.reason_code}
`;
    const step = { id: 'a', value: { type: 'rawscript', language: 'python3', content } };
    const value = { modules: [step], 'gateway-services': [{ jira: ['read'] }] };
    await ok('flows.create', { path: 'f/team/python', value });
    const { result } = await ok('jobs.runFlowWait', { path: 'f/team/python' });
    assert.deepEqual(result, { summary: 'By Python', refused: 'class_not_declared' });
  });

  test('every refusal has its row, with its reason and nothing else of what came in', async () => {
    const { text } = await dumpOf(server.databaseUrl, 'gateway_exchange');
    assert.ok(refusals.size > 20, String(refusals.size));
    for (const [id, { reason, token }] of refusals) {
      const row = text.split('\n').find((line) => line.includes(id));
      assert.match(row ?? 'none', new RegExp(`"reason_code": "${reason}"`), `${reason} ${id}`);
      assert.ok(!text.includes(token), reason);
    }
  });
});
