// Refused tokens through a whole server: how many an address may send, what the audit log has of
// them, and who is not held up.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type MovingClock, movingClock } from '../../../test/kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

describe('refused tokens', () => {
  let server: TestServer;
  let clock: MovingClock;

  before(async () => {
    clock = movingClock();
    const settings = { MILLRACE_TRUSTED_PROXIES: '127.0.0.1', MILLRACE_ANONYMOUS_RATE: '10' };
    server = await startTestServer(settings, { clock });
  });
  after(() => server?.stop());

  const list = (token: string | null, from: string) =>
    server.fetch('/api/w/test/scripts/list', { token, headers: { 'x-forwarded-for': from } });

  async function statuses(count: number, token: (n: number) => string | null, from: string) {
    const found = [];
    for (let n = 0; n < count; n += 1) found.push((await list(token(n), from)).status);
    return found;
  }

  interface Row {
    outcome: string;
    code: string;
    times: number;
  }

  /** Rows of reads are written behind: asks until there are as many. */
  async function refused(least: number): Promise<Row[]> {
    const asked = { operation: 'scripts.list', perPage: 1000 };
    for (;;) {
      const { body } = await server.op('audit.list', asked);
      const rows = body.filter(({ outcome }: Row) => outcome === 'refused');
      if (rows.length >= least) return rows;
    }
  }

  it('of one address are answered some times a minute, and are two rows', async () => {
    const from = '192.0.2.1';
    const found = await statuses(25, (n) => `wrong-${n}`, from);
    assert.deepEqual(found, [...Array(10).fill(401), ...Array(15).fill(429)]);
    const last = await list('wrong', from);
    assert.match(last.headers.get('retry-after') ?? '', /^\d+$/);
    assert.doesNotMatch(await last.text(), /wrong/);
    assert.equal((await list(server.token, from)).status, 200, 'who proves well is let in');
    assert.equal((await list('wrong', '192.0.2.2')).status, 401, 'another address');
    clock.pass(60_000);
    assert.equal((await list('wrong', from)).status, 401, 'a minute later');
    clock.pass(1000);
    const rows = await refused(4);
    assert.deepEqual(rows.map(({ code, times }) => `${code} ${times}`).toSorted(), [
      'unauthenticated 1',
      'unauthenticated 1',
      'unauthenticated 1',
      'unauthenticated 25',
    ]);
  });

  it('are counted where no token is sent at all, and at MCP addresses', async () => {
    const found = await statuses(12, () => null, '192.0.2.3');
    assert.deepEqual(found, [...Array(10).fill(401), 429, 429]);
    const send = async () => {
      const headers = { 'x-forwarded-for': '192.0.2.4', 'content-type': 'application/json' };
      const how = { method: 'POST', token: 'wrong', headers, body: '{}' };
      return (await server.fetch('/api/mcp/w/test/mcp', how)).status;
    };
    const mcp = [];
    for (let n = 0; n < 12; n += 1) mcp.push(await send());
    assert.deepEqual(mcp, [...Array(10).fill(401), 429, 429]);
  });

  it('leave their row when the server stops, too', async () => {
    const beside = await startTestServer({}, { beside: server });
    for (let n = 0; n < 5; n += 1) {
      await (await beside.fetch('/api/w/test/scripts/list', { token: `wrong-${n}` })).text();
    }
    await beside.stop();
    const rows = await refused(1);
    assert.ok(
      rows.some(({ times }) => times === 4),
      JSON.stringify(rows.slice(0, 3)),
    );
  });
});
