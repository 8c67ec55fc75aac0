// Calls of a curated service as a table: a person with a key of their own calls the MCP tools, and
// each row says what must be in the answer or why it is refused.
import assert from 'node:assert/strict';
import { startTestServer, type TestServer } from '../kit/server.ts';
import type { StandIn } from '../kit/stand-in.ts';
import { type Model, modelAt } from '../mcp/model.ts';

export type Expected = object | RegExp;
/** Action, its parameters, what is in the answer. */
export type Row = [action: string, params: object, expected: Expected];

export interface Curated {
  server: TestServer;
  model: Model;
  call(tool: 'read' | 'write', action: string, params?: object): Promise<any>;
  /** Enables a high-risk action, as an admin. */
  open(action: string): Promise<void>;
  stop(): Promise<void>;
}

export const secret = 'key-of-the-person';

export async function setUp(service: string, baseUrl: string): Promise<Curated> {
  const server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
  const ok = async (name: string, input: object): Promise<void> => {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
  };
  await ok('services.enable', { name: service, baseUrl });
  await ok('credentials.set', { service, secret });
  const scopes = ['read', 'write', 'high_risk'].map((one) => `services:${service}:${one}`);
  const model = modelAt(server, await server.tokenWith(scopes));
  const tool = (kind: string): string => `${service}_${kind}_actions`;
  return {
    server,
    model,
    call: (kind, action, params = {}) => model.call(tool(kind), { action, ...params }),
    open: (action) => ok('gates.enable', { service, action, reason: 'a test', days: 1 }),
    stop: () => server.stop(),
  };
}

/** Each row in its order; what one makes the next ones read. */
export async function run({ call }: Curated, kind: 'read' | 'write', rows: Row[]): Promise<void> {
  for (const [action, params, expected] of rows) {
    const result = await call(kind, action, params);
    const said = JSON.stringify(result);
    if (expected instanceof RegExp) assert.match(said, expected, action);
    else {
      assert.notEqual(result.isError, true, `${action}: ${said}`);
      assert.partialDeepStrictEqual(result.structuredContent, expected, `${action}: ${said}`);
    }
  }
}

/**
 * What a service says of its troubles reaches the person, with its reason and a row; a read that
 * comes too early is sent once more, a change never.
 */
export async function failures(
  { call, server }: Curated,
  standIn: StandIn,
  { read, write }: Record<'read' | 'write', [action: string, params: object]>,
): Promise<void> {
  const [action, params] = read;
  const rows: [status: number, reason: string][] = [
    [429, 'upstream_rate_limited'],
    [401, 'auth_required'],
    [404, 'upstream_failed'],
    [503, 'upstream_unavailable'],
  ];
  for (const [status, reason] of rows) {
    standIn.failNext(status, { error: { message: 'not now' } }, { 'retry-after': '60' });
    const { error } = (await call('read', action, params)).structuredContent;
    assert.equal(error.details.reason_code, reason, String(status));
    if (status === 429) assert.equal(error.details.retryAfter, 60);
    const { body: row } = await server.op('serviceAudit.get', { id: error.details.audit_id });
    assert.deepEqual(
      [row.subjectEmail, row.actor, row.action, row.reasonCode],
      [server.owner.email, null, action, reason],
    );
  }
  const sent = standIn.asked.length;
  standIn.failNext(429, {}, { 'retry-after': '0' });
  assert.notEqual((await call('read', action, params)).isError, true);
  assert.equal(standIn.asked.length, sent + 2);
  standIn.failNext(429, {}, { 'retry-after': '0' });
  const { error } = (await call('write', ...write)).structuredContent;
  assert.equal(error.details.reason_code, 'upstream_rate_limited');
  assert.equal(standIn.asked.length, sent + 3);
  const audit = await server.op('serviceAudit.list', {});
  assert.equal(audit.status, 200);
  assert.doesNotMatch(JSON.stringify(audit.body), new RegExp(secret));
  assert.equal(server.logLines.filter((line) => line.includes(secret)).length, 0);
}
