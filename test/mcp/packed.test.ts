// The kept lists: the same bytes plain and packed, whatever the id; and what a caller sees of a
// change of scripts, stars, folders, members and scopes is there in the very next list.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Bench, legacy, type Loose, messagesOf, modern, script, startBench } from './kit.ts';

interface Asked {
  body: unknown;
  headers: Record<string, string>;
}

interface Answered {
  headers: Loose;
  bytes: Buffer;
}

/** The bytes as they come: `fetch` would unpack them. */
function raw(url: string, { body, headers }: Asked, token = 'all'): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const base = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${token}`,
    };
    const sent = request(url, { method: 'POST', headers: { ...base, ...headers } }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        assert.equal(response.statusCode, 200, Buffer.concat(parts).toString());
        resolve({ headers: response.headers, bytes: Buffer.concat(parts) });
      });
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

describe('a kept list', () => {
  let bench: Bench;
  before(async () => {
    bench = await startBench({}, { scripts: [script('f/team/grüße'), script('f/team/b')] });
  });
  after(() => bench.stop());

  const packing = ({ body, headers }: Asked, accepted: string): Asked => ({
    body,
    headers: { ...headers, 'accept-encoding': accepted },
  });

  it('is the same plain and packed, whatever the id', async () => {
    for (const id of [1, 0, -7, 'é "quoted"\n', '', 'x'.repeat(65_000)]) {
      for (const asked of [modern('tools/list', {}, { id }), legacy('tools/list', undefined, id)]) {
        const plain = await raw(bench.url, packing(asked, 'identity'));
        const packed = await raw(bench.url, packing(asked, 'br, gzip'));
        assert.equal(plain.headers['content-encoding'], undefined);
        assert.equal(packed.headers['content-encoding'], 'gzip');
        for (const { headers, bytes } of [plain, packed]) {
          assert.equal(Number(headers['content-length']), bytes.length);
          assert.equal(headers.vary, 'accept-encoding');
          assert.equal(headers['content-type'], 'application/json');
        }
        assert.ok(gunzipSync(packed.bytes).equals(plain.bytes));
        const answer = JSON.parse(plain.bytes.toString());
        assert.equal(answer.id, id);
        assert.ok(answer.result.tools.some((tool: Loose) => /f\/team\/grüße/.test(tool.title)));
      }
    }
  });

  it('is packed for nobody who does not take it', async () => {
    const long = modern('tools/list', {}, { id: 'x'.repeat(70_000) });
    const rows: [asked: Asked, accepted: string][] = [
      [modern('tools/list'), 'gzip;q=0'],
      [modern('tools/list'), 'gzip ; q=0.000, deflate'],
      [modern('tools/list'), 'x-gzipped, br'],
      [modern('tools/list'), ''],
      // No stored block holds as much as this id.
      [long, 'gzip'],
    ];
    for (const [asked, accepted] of rows) {
      const { headers, bytes } = await raw(bench.url, packing(asked, accepted));
      assert.equal(headers['content-encoding'], undefined, accepted);
      assert.equal(JSON.parse(bytes.toString()).id, (asked.body as Loose).id);
    }
    const some = await raw(bench.url, packing(modern('tools/list'), 'gzip;q=0.5'));
    assert.equal(some.headers['content-encoding'], 'gzip');
  });

  it('is packed anew after a change, also when many ask at once', async () => {
    const asked = packing(modern('tools/list'), 'gzip');
    await raw(bench.url, asked);
    bench.setScripts([script('f/team/later')]);
    const answers = await Promise.all(Array.from({ length: 5 }, () => raw(bench.url, asked)));
    for (const { bytes } of answers) {
      const text = gunzipSync(bytes).toString();
      assert.match(text, /s-f_team_later/);
      assert.doesNotMatch(text, /s-f_team_b/);
    }
  });
});

describe('the next list', () => {
  let server: TestServer;
  let dev: string;
  const team = ['mcp:scripts:f/team/*'];
  before(async () => {
    server = await startTestServer();
    await done('folders.create', { name: 'team', extraPerms: { 'u/dev': false } });
    await deploy('a');
    const person = { email: 'dev@example.com', password: 'long enough for anybody' };
    await done('users.create', person);
    await done('members.add', { email: person.email, username: 'dev', role: 'developer' });
    dev = (await done('session.login', person)).token;
  });
  after(() => server.stop());

  async function done(name: string, input: object, token?: string): Promise<Loose> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  const deploy = (name: string): Promise<Loose> =>
    done('scripts.create', {
      path: `f/team/${name}`,
      language: 'bash',
      content: 'echo 1',
      autoParent: true,
    });

  async function listed(token: string): Promise<string[]> {
    const { body, headers } = modern('tools/list');
    const base = { 'content-type': 'application/json', accept: 'application/json' };
    const response = await server.fetch(`/api/mcp/w/${server.workspace}/mcp`, {
      method: 'POST',
      headers: { ...base, ...headers },
      body: JSON.stringify(body),
      token,
    });
    if (response.status !== 200) return [String(response.status)];
    const [{ result }] = await messagesOf(response);
    return result.tools
      .map((tool: Loose) => tool.name)
      .filter((name: string) => name.startsWith('s-'));
  }

  it('has every change', async () => {
    const token = (await done('tokens.create', { scopes: team }, dev)).token;
    const prefix = token.slice(0, 10);
    const folder = (extraPerms: object) => ({ name: 'team', extraPerms });
    const member = { username: 'dev' };
    const steps: [what: string, change: () => Promise<Loose>, names: string[]][] = [
      ['nothing', async () => undefined, ['s-f_team_a']],
      ['a deploy', () => deploy('b'), ['s-f_team_a', 's-f_team_b']],
      ['an archived script', () => done('scripts.archive', { path: 'f/team/b' }), ['s-f_team_a']],
      ['a folder closed', () => done('folders.update', folder({})), []],
      ['a folder opened', () => done('folders.update', folder({ 'u/dev': true })), ['s-f_team_a']],
      [
        'fewer scopes',
        () => done('tokens.updateScopes', { prefix, scopes: ['mcp:scripts:f/none/*'] }, dev),
        [],
      ],
      [
        'more scopes',
        () => done('tokens.updateScopes', { prefix, scopes: team }, dev),
        ['s-f_team_a'],
      ],
      ['a member disabled', () => done('members.update', { ...member, disabled: true }), ['403']],
      [
        'a member enabled',
        () => done('members.update', { ...member, disabled: false }),
        ['s-f_team_a'],
      ],
      ['the token deleted', () => done('tokens.delete', { prefix }, dev), ['401']],
    ];
    for (const [what, change, names] of steps) {
      await change();
      // Twice: the second is the one that was kept.
      assert.deepEqual([await listed(token), await listed(token)], [names, names], what);
    }
  });
});
