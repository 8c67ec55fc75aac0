// Who may answer an approval: rules about people, with and without a link, as tables; and the page
// that asks, as a browser without JavaScript uses it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get as httpGet } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

type Json = Record<string, any>;

const password = 'correct horse battery';
const code = 'export const main = (a: any, b: any = null) => ({ a, b })';
const js = (expr: string): Json => ({ type: 'javascript', expr });
const step = (id: string, inputs: Json, more: Json = {}): Json => ({
  id,
  value: { type: 'rawscript', language: 'bun', content: code, input_transforms: inputs },
  ...more,
});

describe('who may answer', () => {
  let server: TestServer;
  const tokens: Record<string, string | null> = { nobody: null };

  async function op(name: string, input: unknown, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  /** A flow of the owner's that waits: its id and the job of the step. */
  async function waitingFlow(suspend: Json, result: unknown = 0) {
    const asks = step('a', { a: { type: 'static', value: 0 } }, { suspend });
    asks['value'].content = `export const main = () => (${JSON.stringify(result)})`;
    const value = { modules: [asks, step('b', { a: js('resume'), b: js('approvers') })] };
    const { id } = await op('jobs.previewFlow', { value, path: 'f/team/asks' });
    let job: string | undefined;
    while (job === undefined) job = (await op('jobs.get', { id })).flowStatus.modules[0].job;
    await op('jobs.wait', { id: job });
    return { id, job };
  }

  async function fetchAs(who: string, path: string, init: RequestInit = {}) {
    const token = tokens[who];
    assert.ok(token !== undefined, who);
    const response = await server.fetch(path, { ...init, token });
    return { status: response.status, text: await response.text() };
  }
  const linkOf = async (job: string, resumeId: number): Promise<Json> =>
    op('approvals.resumeUrls', { job, resumeId });

  before(async () => {
    server = await startTestServer();
    tokens['owner'] = server.token;
    await op('folders.create', { name: 'team' });
    await op('groups.create', { name: 'leads' });
    for (const name of ['ben', 'cleo', 'stranger']) {
      const email = `${name}@example.com`;
      await op('users.create', { email, password });
      if (name !== 'stranger') {
        await op('members.add', { email, username: name, role: 'developer' });
      }
      tokens[name] = (await op('session.login', { email, password })).token;
    }
    await op('groups.addUser', { name: 'leads', username: 'cleo' });
    const { token } = await op('tokens.create', { readOnly: true }, tokens['ben'] ?? '');
    tokens['reader'] = token;
  });
  after(() => server.stop());

  it('asks for what the step asks for', async () => {
    const groups = (value: unknown) => ({ user_groups_required: { type: 'static', value } });
    const rows: [suspend: Json, who: string, status: number, words: RegExp][] = [
      [{}, 'nobody', 201, /approved/],
      [{}, 'stranger', 201, /approved/],
      [{ user_auth_required: true }, 'nobody', 401, /must be logged in/],
      [{ user_auth_required: true }, 'stranger', 403, /Only members of the workspace/],
      [{ user_auth_required: true }, 'reader', 403, /A person has to answer/],
      [{ user_auth_required: true }, 'owner', 201, /approved/],
      [{ self_approval_disabled: true }, 'nobody', 401, /must be logged in/],
      [{ self_approval_disabled: true }, 'owner', 403, /Who started the flow may not/],
      [{ self_approval_disabled: true }, 'ben', 201, /approved/],
      [groups(['leads']), 'nobody', 401, /must be logged in/],
      [groups(['leads']), 'ben', 403, /members of these groups may answer: leads/],
      [groups(['g/leads']), 'cleo', 201, /approved/],
      [{ user_groups_required: js('[results.a.group]') }, 'ben', 403, /leads/],
      [{ user_groups_required: js('[results.a.group]') }, 'cleo', 201, /approved/],
      [groups([]), 'nobody', 201, /approved/],
    ];
    for (const [rule, who, status, words] of rows) {
      const says = `${JSON.stringify(rule)}: ${who}`;
      const flow = await waitingFlow({ required_events: 1, ...rule }, { group: 'leads' });
      const { resume } = await linkOf(flow.job, 1);
      const answer = await fetchAs(who, resume, { method: 'POST' });
      assert.equal(answer.status, status, `${says}: ${answer.text}`);
      assert.match(answer.text, words, says);
      const { suspend, type } = await op('jobs.get', { id: flow.id });
      assert.equal(status === 201 || (type === 'QueuedJob' && suspend === 1), true, says);
      if (status !== 201) await op('jobs.cancel', { id: flow.id });
      if (status !== 201 || who === 'nobody' || who === 'stranger') continue;
      const outcome = await op('jobs.wait', { id: flow.id });
      assert.deepEqual(outcome.result.b, [who === 'owner' ? 'owner' : who], says);
    }
  });

  it('a step whose groups cannot be made out fails: it is open to nobody', async () => {
    for (const groups of [js('"leads"'), js('nothing.at.all')]) {
      const suspend = { required_events: 1, user_groups_required: groups };
      const { id } = await waitingFlow(suspend);
      const outcome = await op('jobs.wait', { id });
      assert.equal(outcome.result.error?.name, 'ExpressionError', JSON.stringify(outcome));
    }
    const suspend = {
      required_events: 1,
      user_groups_required: { type: 'static', value: 'leads' },
    };
    const value = { modules: [step('a', {}, { suspend })] };
    const refused = await server.op('flows.create', { path: 'f/team/bad', value });
    assert.match(refused.body.error.message, /module a, suspend: .*list of group names/);
  });

  it('the starter may not answer a flow with the rights of another; that one may', async () => {
    const suspend = { required_events: 1, self_approval_disabled: true };
    const value = { modules: [step('a', {}, { suspend })] };
    await op('folders.create', { name: 'behalf' });
    const extra = { on_behalf_of: 'u/owner', on_behalf_of_email: server.owner.email };
    await op('flows.create', { path: 'f/behalf/asks', value, extra });
    await op('folders.share', { name: 'behalf', principal: 'u/ben', access: 'read' });
    const { id } = await op('jobs.runFlow', { path: 'f/behalf/asks' }, tokens['ben'] ?? '');
    let job: string | undefined;
    while (job === undefined) job = (await op('jobs.get', { id })).flowStatus.modules[0].job;
    await op('jobs.wait', { id: job });
    const { resume } = await linkOf(job, 1);
    assert.equal((await fetchAs('ben', resume)).status, 403);
    assert.equal((await fetchAs('owner', resume)).status, 201);
    assert.equal((await op('jobs.wait', { id })).success, true);

    const other = await op('jobs.runFlow', { path: 'f/behalf/asks' });
    let asked: Json = {};
    while (asked['canApprove'] === undefined) {
      asked = (await server.op('approvals.get', { id: other.id }, tokens['ben'] ?? '')).body;
    }
    assert.deepEqual([asked['canApprove'], /a link/.test(asked['reason'])], [false, true]);
    await op('jobs.cancel', { id: other.id });
  });

  it('one person counts once where people are asked for', async () => {
    const { id, job } = await waitingFlow({ required_events: 2, user_auth_required: true });
    const [one, two] = [await linkOf(job, 1), await linkOf(job, 2)];
    assert.equal((await fetchAs('ben', one['resume'])).status, 201);
    const twice = await fetchAs('ben', two['resume']);
    assert.deepEqual([twice.status, /You have answered/.test(twice.text)], [409, true]);
    assert.equal((await fetchAs('cleo', two['resume'])).status, 201);
    assert.deepEqual((await op('jobs.wait', { id })).result.b, ['ben', 'cleo']);
  });

  it('who may cancel the flow answers without a link, others do not see it', async () => {
    const body = JSON.stringify({ payload: { n: 1 } });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    const rows: [path: (id: string) => string, who: string, status: number][] = [
      [(id) => `jobs_u/flow/resume_suspended/${id}`, 'nobody', 401],
      [(id) => `jobs_u/flow/resume_suspended/${id}`, 'ben', 404],
      [(id) => `jobs_u/flow/resume_suspended/${id}`, 'reader', 403],
      [(id) => `jobs/flow/resume/${id}`, 'ben', 404],
      [(id) => `jobs/resume_urls/${id}/1`, 'ben', 404],
      [(id) => `jobs_u/flow/approval_info/${id}`, 'ben', 404],
      [(id) => `jobs_u/flow/resume_suspended/${id}`, 'owner', 201],
      [(id) => `jobs/flow/resume/${id}`, 'owner', 201],
    ];
    for (const [path, who, status] of rows) {
      const flow = await waitingFlow({ required_events: 1 });
      const at = path(flow.id);
      const asked = at.includes('resume_urls') || at.includes('info') ? {} : init;
      const answer = await fetchAs(who, `/api/w/test/${at}`, asked);
      assert.equal(answer.status, status, `${at} as ${who}: ${answer.text}`);
      if (status !== 201) {
        assert.equal((await op('jobs.get', { id: flow.id })).suspend, 1);
        await op('jobs.cancel', { id: flow.id });
        continue;
      }
      const { result } = await op('jobs.wait', { id: flow.id });
      const payload = at.includes('suspended') ? { n: 1 } : { payload: { n: 1 } };
      assert.deepEqual(result, { a: payload, b: ['owner'] });
    }
    const own = await waitingFlow({ required_events: 1, self_approval_disabled: true });
    const refused = await server.op('approvals.resume', { id: own.id });
    assert.deepEqual([refused.status, refused.body.error.code], [403, 'forbidden']);
    const info = await fetchAs('owner', `/api/w/test/jobs_u/flow/approval_info/${own.id}`);
    const { can_approve, user_auth_required, flow_id } = JSON.parse(info.text);
    assert.deepEqual([can_approve, user_auth_required, flow_id], [false, true, own.id]);
    await op('jobs.cancel', { id: own.id });
  });

  it('every decision has its audit row, without the link', async () => {
    const { job } = await waitingFlow({ required_events: 1 });
    const { resume } = await linkOf(job, 9);
    assert.equal((await fetchAs('ben', resume)).status, 201);
    const again = await fetchAs('nobody', resume);
    assert.equal(again.status, 409);
    const audit = await op('audit.list', { perPage: 5 });
    const rows = audit.filter(({ operation }: Json) => operation === 'approvals.answer');
    assert.deepEqual(
      rows.map((row: Json) => [row['email'], row['target'], row['outcome'], row['code']]),
      [
        ['', `jobs/${job}`, 'refused', 'conflict'],
        ['ben@example.com', `jobs/${job}`, 'ok', null],
      ],
    );
    const signature = resume.split('/').at(-1) ?? '';
    assert.ok(!JSON.stringify(audit).includes(signature));
    assert.ok(!server.logLines.join('\n').includes(signature));
  });

  it('has a page that shows who asks what, and takes the form', async () => {
    const schema = {
      order: ['why', 'count'],
      required: ['why'],
      properties: {
        count: { type: 'integer', description: 'How many?', default: 2 },
        why: { type: 'string', title: 'Reason' },
        sure: { type: 'boolean' },
        size: { type: 'string', enum: ['S', 'M'] },
        more: { type: 'object' },
      },
    };
    const said = { description: 'Order <b>chairs</b>?', default_args: { why: 'old ones broke' } };
    const suspend = { required_events: 1, resume_form: { schema } };
    const { id, job } = await waitingFlow(suspend, said);
    const { approvalPage } = await linkOf(job, 3);
    const page = await fetchAs('nobody', approvalPage);
    assert.equal(page.status, 200, page.text);
    for (const words of [
      /f\/team\/asks waits for you/,
      /Order &lt;b&gt;chairs&lt;\/b&gt;\?/,
      /name="arg\.why"[^>]*value="old ones broke"/,
      /name="arg\.count"[^>]*type="number"[^>]*value="2"/,
      /How many\?/,
      /<option\s+value="M"/,
      /value="approve"/,
      /value="deny"/,
    ]) {
      assert.match(page.text, words);
    }
    assert.doesNotMatch(page.text, /<script|<b>chairs/);
    assert.ok(page.text.indexOf('arg.why') < page.text.indexOf('arg.count'), 'in the order said');

    const form = (fields: Record<string, string>, site = 'same-origin') =>
      fetchAs('nobody', approvalPage, {
        method: 'POST',
        headers: { 'sec-fetch-site': site },
        body: new URLSearchParams(fields),
      });
    const foreign = await form({ decision: 'approve', 'arg.why': 'x' }, 'cross-site');
    assert.equal(foreign.status, 403);
    const bad: [Record<string, string>, RegExp][] = [
      [{ decision: 'approve', 'arg.why': '' }, /why: this is needed/],
      [{ decision: 'approve', 'arg.why': 'x', 'arg.count': '1.5' }, /count: this is no number/],
      [{ decision: 'approve', 'arg.why': 'x', 'arg.size': 'XXL' }, /size: choose one/],
      [{ decision: 'approve', 'arg.why': 'x', 'arg.more': '{' }, /more: this is not JSON/],
      [{ 'arg.why': 'x' }, /approve or deny/],
    ];
    for (const [fields, words] of bad) {
      const answer = await form(fields);
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.text, words);
    }
    const fields = { 'arg.why': 'y', 'arg.count': '3', 'arg.sure': 'on', 'arg.size': 'M' };
    const done = await form({ decision: 'approve', ...fields, 'arg.more': '{"x":[1]}' });
    assert.deepEqual([done.status, /Approved/.test(done.text)], [200, true], done.text);
    const { result } = await op('jobs.wait', { id });
    assert.deepEqual(result.a, { why: 'y', count: 3, sure: true, size: 'M', more: { x: [1] } });
    const again = await fetchAs('nobody', approvalPage);
    assert.deepEqual([again.status, /answered already/.test(again.text)], [409, true]);
  });

  it('who looks at a link in a browser, or ahead of one, comes to the page', async () => {
    const suspend = { required_events: 1 };
    const { id, job } = await waitingFlow(suspend);
    const { resume, cancel, approvalPage } = await linkOf(job, 3);
    const payload = Buffer.from('{"x":"<b>"}').toString('base64');
    // Node's fetch says itself which mode it has.
    const navigation = { headers: { 'sec-fetch-mode': 'navigate' } };
    const [opened] = await once(httpGet(resume, navigation), 'response');
    opened.resume();
    assert.equal(opened.statusCode, 303);
    for (const headers of [
      { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
      { 'sec-purpose': 'prefetch;prerender' },
    ]) {
      for (const link of [resume, cancel]) {
        const sent = { headers, token: null, redirect: 'manual' } as const;
        const answer = await server.fetch(link, sent);
        assert.equal(answer.status, 303, link);
        assert.equal(answer.headers.get('location'), new URL(approvalPage).pathname);
        assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
      }
    }
    const head = await server.fetch(resume, { method: 'HEAD', token: null });
    assert.equal(head.status, 404);
    assert.equal((await op('jobs.get', { id })).suspend, 1, 'looking answers nothing');
    const accept = { headers: { accept: 'text/html' } };
    const page = await fetchAs('nobody', `${resume}?payload=${payload}`, accept);
    assert.match(page.text, /This answer says: <code>\{&quot;x&quot;:&quot;&lt;b&gt;&quot;\}/);
    const done = await fetchAs('nobody', `${approvalPage}?payload=${payload}`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ decision: 'approve' }),
    });
    assert.equal(done.status, 200, done.text);
    assert.deepEqual((await op('jobs.wait', { id })).result.a, { x: '<b>' });
  });

  it('the page says who has to log in, and can hide denying', async () => {
    const suspend = { required_events: 1, user_auth_required: true, hide_cancel: true };
    const { id, job } = await waitingFlow(suspend);
    const { approvalPage } = await linkOf(job, 3);
    const page = await fetchAs('nobody', approvalPage);
    assert.match(page.text, /must be logged in/);
    const { pathname } = new URL(approvalPage);
    assert.ok(page.text.includes(`/login?next=${encodeURIComponent(pathname)}`), page.text);
    assert.doesNotMatch(page.text, /value="approve"/);
    const seen = await fetchAs('ben', approvalPage);
    assert.match(seen.text, /value="approve"/);
    assert.doesNotMatch(seen.text, /value="deny"/);
    const wrong = await fetchAs('nobody', `${approvalPage.slice(0, -3)}000`);
    assert.deepEqual([wrong.status, /This link is not right/.test(wrong.text)], [403, true]);
    await op('jobs.cancel', { id });
    const over = await fetchAs('ben', approvalPage);
    assert.deepEqual([over.status, /canceled/.test(over.text)], [410, true]);
  });
});
