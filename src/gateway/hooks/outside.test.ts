// Hooks that are webhooks and scripts: what they are told, what they may answer, and what happens
// when they fail, hang, lie or answer nonsense. A policy then refuses; the others are passed over.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, describe, it } from 'node:test';
import { AppError } from '../../base/index.ts';
import { type HookKit, startHooks } from '../../../test/kit/hooks.ts';
import type { HookView } from './index.ts';

interface Asked {
  headers: IncomingMessage['headers'];
  body: string;
}
type Reply = (asked: Asked, response: ServerResponse) => void;

const sign = (secret: string, ...parts: string[]): string =>
  `sha256=${createHmac('sha256', secret).update(parts.join('.')).digest('hex')}`;

describe('hooks outside', () => {
  let kit: HookKit;
  let server: Server;
  let url: string;
  let secret: string;
  let asked: Asked[];
  let reply: Reply;
  let script: (payload: any, signal: AbortSignal) => Promise<unknown>;

  /** Signed as a webhook has to sign, with `more` of it made wrong. */
  const answering =
    (answer: unknown, more: { secret?: string; at?: number; to?: string } = {}): Reply =>
    ({ headers }, response) => {
      const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
      const at = String(more.at ?? kit.clock.now());
      const to = more.to ?? String(headers['x-millrace-signature']);
      response.setHeader('x-millrace-timestamp', at);
      response.setHeader('x-millrace-signature', sign(more.secret ?? secret, at, to, body));
      response.end(body);
    };

  const webhook = (name: string, more = ''): string =>
    `{ name: ${name}, phase: before, webhook: "${url}", ${more} }`;
  const ask = (more?: Partial<HookView>) => kit.hooks.before(kit.view(more));
  async function failed(work: Promise<unknown>): Promise<AppError> {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof AppError, `it passed: ${String(error)}`);
    return error;
  }
  async function save(source: string): Promise<void> {
    const { name } = /name: (?<name>[\w-]+)/.exec(source)?.groups ?? {};
    await kit.op('companyHooks.remove', { name }).catch(() => undefined);
    ({ secret } = await kit.op('companyHooks.create', { source }));
  }

  before(async () => {
    kit = await startHooks({
      runScript: ({ payload, signal }) => script(payload, signal),
    });
    server = createServer((request, response) => {
      void text(request).then((body) => {
        const one = { headers: request.headers, body };
        asked.push(one);
        server.emit('asked', one);
        reply(one, response);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await kit.stop();
  });
  beforeEach(() => {
    asked = [];
  });

  it('are told of the call in a signed body, and their changes are taken', async () => {
    await save(webhook('w', 'match: { service: tracker }'));
    reply = answering({ decision: 'modify', params: { a: 1 }, instructions: 'Be kind.' });
    const delegation = { grantId: 'grant', jobId: 'job' };
    const view = kit.view({ actor: 'flow f/x', delegation });
    const outcome = await kit.hooks.before(view);
    assert.deepEqual([outcome.params, outcome.notes], [{ a: 1 }, ['Be kind.']]);
    const [{ headers, body }] = asked as [Asked];
    assert.deepEqual(JSON.parse(body), {
      hook: 'w',
      phase: 'before',
      call_id: view.callId,
      workspace: 'main',
      subject: { username: 'ann', email: 'ann@example.com' },
      actor: 'flow f/x',
      roles: ['developer'],
      groups: ['all', 'anns'],
      delegation: { grant_id: 'grant', job_id: 'job' },
      service: 'tracker',
      tool: 'tracker_write_actions',
      action: 'create_issue',
      class: 'write',
      params: { project: 'PAY', summary: 'Pay later' },
      attempt: 1,
    });
    const at = String(headers['x-millrace-timestamp']);
    assert.equal(headers['x-millrace-signature'], sign(secret, at, body));
    assert.ok(!JSON.stringify(asked).includes(secret));
    reply = answering({ decision: 'deny', reason: 'not today' });
    assert.match((await failed(ask())).message, /w refuses this call: not today/);
    reply = answering({ decision: 'confirm', reason: 'sure?' });
    assert.equal((await ask()).confirm, 'sure?');
    reply = answering({ decision: 'warn', reason: 'hm' });
    assert.deepEqual((await ask()).warnings, ['hm']);
    await save(`{ name: w, phase: after, webhook: "${url}" }`);
    const follow = { service: 'chat', action: 'post', params: { text: 'x' } };
    reply = answering({ decision: 'modify', result: { cut: true }, follow_ups: [follow] });
    const afterwards = await kit.hooks.after(kit.view(), { whole: true });
    assert.deepEqual(afterwards.result, { cut: true });
    assert.deepEqual(afterwards.followUps, [{ hook: 'w', ...follow }]);
    assert.deepEqual(JSON.parse(asked.at(-1)?.body ?? '').result, { whole: true });
  });

  it('C08 a wrong signature is a failure', async () => {
    await save(webhook('w'));
    const allow = { decision: 'allow' };
    const table: [string, Reply][] = [
      ['of another secret', answering(allow, { secret: 'guessed' })],
      ['of another request', answering(allow, { to: sign(secret, '1', '{}') })],
      ['too old', answering(allow, { at: kit.clock.now() - 400_000 })],
      ['of the future', answering(allow, { at: kit.clock.now() + 400_000 })],
      ['none, without TLS', (_, response) => response.end(JSON.stringify(allow))],
      [
        'of another body',
        ({ headers }, response) => {
          const at = String(kit.clock.now());
          const to = String(headers['x-millrace-signature']);
          response.setHeader('x-millrace-timestamp', at);
          response.setHeader('x-millrace-signature', sign(secret, at, to, '{"decision":"deny"}'));
          response.end('{"decision":"allow"}');
        },
      ],
    ];
    for (const [what, wrong] of table) {
      reply = wrong;
      const error = await failed(ask());
      assert.deepEqual(error.details, { reason_code: 'hook_failed', hook: 'w' }, what);
    }
    reply = answering(allow);
    assert.equal((await ask()).decisions[0]?.decision, 'allow');
    const old = secret;
    ({ secret } = await kit.op('companyHooks.newSecret', { name: 'w' }));
    assert.notEqual(secret, old);
    reply = answering(allow, { secret: old });
    await failed(ask());
  });

  it('that answer nonsense change nothing', async () => {
    const nonsense: unknown[] = [
      '',
      'allow',
      'null',
      '[]',
      '{}',
      '{"decision":"allow"',
      { decision: 'yes' },
      { decision: 'allow', params: {} },
      { decision: 'modify' },
      { decision: 'modify', params: [] },
      { decision: 'modify', result: 1 },
      { decision: 'modify', params: { action: 'delete_issue' } },
      { decision: 'modify', params: { confirmed: true } },
      { decision: 'allow', subject: { username: 'root' } },
      { decision: 'allow', service: 'other' },
      { decision: 'allow', actor: null },
      { decision: 'allow', follow_ups: [{ service: 'a', action: 'b' }] },
      { decision: 'deny', reason: 'x'.repeat(2000) },
      JSON.stringify({ decision: 'warn', reason: 'x'.repeat(1_100_000) }),
    ];
    for (const purpose of ['policy', 'enrichment']) {
      await save(webhook('w', `purpose: ${purpose}`));
      for (const said of nonsense) {
        reply = answering(said);
        const what = JSON.stringify(said).slice(0, 60);
        if (purpose === 'policy') {
          assert.equal((await failed(ask())).details?.['reason_code'], 'hook_failed', what);
        } else {
          const view = kit.view();
          const outcome = await kit.hooks.before(view);
          assert.equal(outcome.params, view.params, what);
          assert.equal(outcome.decisions[0]?.decision, 'failed', what);
        }
      }
    }
  });

  it('fail closed or open as their mode says', async () => {
    const failures: Reply[] = [
      (_, response) => response.destroy(),
      (_, response) => response.writeHead(500).end('{"decision":"allow"}'),
      (_, response) => response.writeHead(302, { location: url }).end(),
    ];
    const modes: [string, boolean][] = [
      ['mode: enforce', true],
      ['mode: enforce_ignore_error', false],
      ['mode: permissive', false],
      ['purpose: enrichment', false],
    ];
    for (const [mode, closes] of modes) {
      await save(webhook('w', mode));
      for (const failure of failures) {
        reply = failure;
        if (closes) assert.equal((await failed(ask())).code, 'unavailable');
        else assert.equal((await ask()).decisions[0]?.decision, 'failed', mode);
      }
    }
    await kit.op('companyHooks.update', {
      name: 'w',
      source: '{ name: w, phase: before, webhook: "http://10.0.0.1/hook" }',
    });
    assert.equal((await failed(ask())).details?.['reason_code'], 'hook_failed');
    assert.ok(kit.logLines.some((line) => line.includes('not on the public internet')));
  });

  it('that hang are left at their limit, and slow ones are logged', async () => {
    await save(webhook('w'));
    reply = () => undefined;
    const arrived = once(server, 'asked');
    const waiting = failed(ask());
    await arrived;
    kit.clock.pass(2001);
    assert.ok(kit.logLines.some((line) => line.includes('slow_hook') && line.includes('"w"')));
    kit.clock.pass(3000);
    assert.equal((await waiting).details?.['reason_code'], 'hook_failed');
    const again = once(server, 'asked');
    const client = new AbortController();
    const canceled = failed(ask({ signal: client.signal }));
    await again;
    client.abort();
    await canceled;
    await kit.op('companyHooks.remove', { name: 'w' });
  });

  it('may be scripts, which are run with the rights of who saved them', async () => {
    const source = '{ name: s, phase: before, script: f/team/hook }';
    await kit.op('companyHooks.create', { source });
    const table: [typeof script, string][] = [
      [async (payload) => ({ decision: 'modify', params: { by: payload.hook } }), 'modify'],
      [async () => undefined, 'failed'],
      [async () => 'allow', 'failed'],
      [
        async () => {
          throw new Error('boom with a secret in it');
        },
        'failed',
      ],
      [async () => ({ decision: 'modify', params: { service: 'x' } }), 'failed'],
    ];
    for (const [run, expected] of table) {
      script = run;
      if (expected === 'modify') assert.deepEqual((await ask()).params, { by: 's' });
      else assert.doesNotMatch(JSON.stringify(await failed(ask())), /boom/);
    }
    let stopped: AbortSignal | undefined;
    const started = new Promise<void>((resolve) => {
      script = (_, signal) => {
        stopped = signal;
        resolve();
        return new Promise(() => undefined);
      };
    });
    const hanging = failed(ask());
    await started;
    kit.clock.pass(5001);
    assert.equal((await hanging).details?.['reason_code'], 'hook_failed');
    assert.equal(stopped?.aborted, true);
    await kit.op('companyHooks.remove', { name: 's' });
  });

  it('are notified without anybody waiting', async () => {
    const source = `{ name: n, phase: after, do: [
      { notify: { message: "{{action}} by {{subject.username}}", url: "${url}" } }] }`;
    ({ secret } = await kit.op('companyHooks.create', { source }));
    reply = () => undefined;
    const told = once(server, 'asked');
    assert.equal((await kit.hooks.after(kit.view(), {})).decisions[0]?.decision, 'allow');
    const [{ headers, body }] = (await told) as [Asked];
    assert.equal(JSON.parse(body).message, 'create_issue by ann');
    const at = String(headers['x-millrace-timestamp']);
    assert.equal(headers['x-millrace-signature'], sign(secret, at, body));
    await kit.op('companyHooks.remove', { name: 'n' });
  });
});
