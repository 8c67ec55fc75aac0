// Stored files through a whole server: by operation and by Windmill's addresses, who may touch
// which key, what never becomes visible, and which input is refused.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('stored files', () => {
  let server: TestServer;
  const helpers = '/api/w/test/job_helpers';
  const tokens: Record<string, string> = {};

  async function must(op: string, input: object): Promise<any> {
    const answer = await server.op(op, input);
    assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async function member(username: string, role: string): Promise<void> {
    const password = `${username} has a password`;
    const email = `${username}@example.com`;
    await must('users.create', { email, password });
    await must('members.add', { email, username, role });
    const login = await server.op('session.login', { email, password });
    tokens[username] = login.body.token;
  }

  const put = (
    key: string,
    body: string | Uint8Array,
    { token, query = '' }: { token?: string | undefined; query?: string } = {},
  ) =>
    server.fetch(`${helpers}/upload_s3_file?file_key=${encodeURIComponent(key)}${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: body as NonNullable<RequestInit['body']>,
      ...(token === undefined ? {} : { token }),
    });
  const read = (key: string, init: Parameters<TestServer['fetch']>[1] = {}) =>
    server.fetch(`${helpers}/download_s3_file?file_key=${encodeURIComponent(key)}`, init);

  before(async () => {
    server = await startTestServer();
    await member('dev', 'developer');
    await member('ops', 'operator');
    await must('folders.create', { name: 'team', extraPerms: { 'u/dev': true } });
  });
  after(() => server.stop());

  it('come back byte for byte, whatever their size', async () => {
    for (const size of [0, 1, 1_048_575, 1_048_576, 1_048_577, 5_000_000]) {
      const bytes = randomBytes(size);
      const stored = await put(`sizes/${size}.bin`, bytes);
      assert.deepEqual(
        [stored.status, await stored.json()],
        [200, { file_key: `sizes/${size}.bin` }],
      );
      const got = await read(`sizes/${size}.bin`);
      assert.equal(got.headers.get('content-type'), 'application/octet-stream');
      assert.equal(got.headers.get('content-length'), String(size));
      assert.equal(got.headers.get('content-security-policy'), 'sandbox');
      assert.equal(sha(new Uint8Array(await got.arrayBuffer())), sha(bytes));
    }
    const { files, next } = await must('files.list', { prefix: 'sizes/', limit: 4 });
    assert.deepEqual(
      files.map(({ key }: any) => key),
      ['sizes/0.bin', 'sizes/1.bin', 'sizes/1048575.bin', 'sizes/1048576.bin'],
    );
    const rest = await must('files.list', { prefix: 'sizes/', after: next });
    assert.deepEqual([rest.files.length, rest.next], [2, null]);
  });

  it('are written, read in part, moved and deleted by operation', async () => {
    const text = 'a,b\n1,2\n';
    const made = await must('files.write', { key: 'reports/a.csv', text });
    assert.deepEqual([made.sizeBytes, made.contentType], [8, 'text/csv; charset=utf-8']);
    const part = await must('files.preview', { key: 'reports/a.csv', fromByte: 4, maxBytes: 3 });
    assert.deepEqual([part.text, part.base64], ['1,2', false]);
    const replaced = await must('files.write', { key: 'reports/a.csv', base64: 'AAEC' });
    assert.equal(replaced.sizeBytes, 3);
    await must('files.write', { key: 'reports/b.csv', text: 'old' });
    await must('files.move', { key: 'reports/a.csv', newKey: 'reports/b.csv' });
    assert.equal((await server.op('files.get', { key: 'reports/a.csv' })).status, 404);
    assert.equal((await must('files.get', { key: 'reports/b.csv' })).sizeBytes, 3);
    await must('files.delete', { key: 'reports/b.csv' });
    assert.equal((await server.op('files.delete', { key: 'reports/b.csv' })).status, 404);
    const neither = await server.op('files.write', { key: 'reports/a.csv' });
    assert.equal(neither.status, 400);
  });

  it('answer one range of bytes', async () => {
    await must('files.write', { key: 'range.txt', text: '0123456789' });
    const rows: [range: string, status: number, text: string, told: string | null][] = [
      ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
      ['bytes=7-', 206, '789', 'bytes 7-9/10'],
      ['bytes=-2', 206, '89', 'bytes 8-9/10'],
      ['bytes=5-99', 206, '56789', 'bytes 5-9/10'],
      ['bytes=10-', 416, '', 'bytes */10'],
      ['bytes=4-2', 416, '', 'bytes */10'],
      ['bytes=0-1,4-5', 200, '0123456789', null],
      ['lines=1-2', 200, '0123456789', null],
    ];
    for (const [range, status, text, told] of rows) {
      const got = await read('range.txt', { headers: { range } });
      assert.deepEqual(
        [got.status, await got.text(), got.headers.get('content-range')],
        [status, text, told],
        range,
      );
    }
    const { headers } = await read('range.txt');
    const again = await read('range.txt', {
      headers: { 'if-none-match': headers.get('etag') ?? '' },
    });
    assert.equal(again.status, 304);
  });

  it('belong to users and folders by their keys, the others to the workspace', async () => {
    for (const key of ['u/owner/a', 'f/team/a', 'shared/a'])
      await must('files.write', { key, text: key });
    const rows: [who: string, verb: string, key: string, status: number][] = [
      ['dev', 'get', 'u/owner/a', 404],
      ['dev', 'write', 'u/owner/b', 404],
      ['dev', 'delete', 'u/owner/a', 404],
      ['dev', 'get', 'f/team/a', 200],
      ['dev', 'write', 'f/team/b', 200],
      ['dev', 'write', 'u/dev/a', 200],
      ['dev', 'write', 'shared/b', 200],
      ['ops', 'get', 'f/team/a', 404],
      ['ops', 'write', 'f/team/a', 404],
      ['ops', 'get', 'u/dev/a', 404],
      ['ops', 'get', 'shared/a', 200],
      ['ops', 'write', 'u/ops/a', 200],
      ['nobody', 'get', 'shared/a', 401],
      ['nobody', 'write', 'shared/a', 401],
    ];
    for (const [who, verb, key, status] of rows) {
      const input = verb === 'write' ? { key, text: 'x' } : { key };
      const sent = await server.op(`files.${verb}`, input, tokens[who] ?? 'no token of anybody');
      assert.equal(sent.status, status, `${who} ${verb} ${key}: ${JSON.stringify(sent.body)}`);
    }
    assert.equal((await put('u/owner/c', 'x', { token: tokens['dev'] })).status, 404);
    assert.equal((await read('u/owner/a', { token: tokens['dev'] ?? null })).status, 404);
    const listed = await server.op('files.list', {}, tokens['ops']);
    const keys = listed.body.files.map(({ key }: any) => key);
    assert.ok(keys.includes('shared/a') && keys.includes('u/ops/a'));
    assert.ok(!keys.some((key: string) => /^(?:f\/team|u\/(?:owner|dev))\//.test(key)), keys);
    const moved = await server.op(
      'files.move',
      { key: 'shared/b', newKey: 'u/owner/z' },
      tokens['dev'],
    );
    assert.equal(moved.status, 404);
    const confined = await server.tokenWith(['files:read:f/team/*']);
    assert.equal((await server.op('files.get', { key: 'f/team/a' }, confined)).status, 200);
    assert.equal((await server.op('files.get', { key: 'shared/a' }, confined)).status, 403);
    assert.equal(
      (await server.op('files.write', { key: 'f/team/a', text: '' }, confined)).status,
      403,
    );
    const { body } = await server.op('audit.list', { operation: 'files.write' });
    assert.ok(JSON.stringify(body).includes('u/owner/b'), 'a refusal has its row');
  });

  it('have keys that lead nowhere else', async () => {
    const odd = ['/etc/passwd', '../a', 'a/../b', 'a//b', 'a/.', 'a\\b', 'a\u0000b', 'a\nb', ''];
    for (const key of [...odd, 'x'.repeat(1001), '\ud800']) {
      const sent = await server.op('files.write', { key, text: 'x' });
      assert.equal(sent.status, 400, JSON.stringify(key));
    }
    assert.equal((await put('a/../b', 'x')).status, 400);
    const elsewhere = await put('a', 'x', { query: '&s3_resource_path=u/owner/s3' });
    assert.equal(elsewhere.status, 400);
    assert.match(await elsewhere.text(), /S3 library/);
    assert.equal((await put('a', 'x', { query: '&storage=other' })).status, 400);
    const named = await put('c&d=ü #1.txt', 'x');
    assert.deepEqual(await named.json(), { file_key: 'c&d=ü #1.txt' });
    assert.equal(await (await read('c&d=ü #1.txt')).text(), 'x');
  });

  it('are never seen in halves, and the last writer wins whole', async () => {
    const half = new Promise<void>((resolve) => {
      const sending = httpRequest(`${server.origin}${helpers}/upload_s3_file?file_key=half.bin`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.token}`, 'content-length': '3000000' },
      });
      sending.on('error', () => resolve());
      sending.write(randomBytes(2_000_000), () => sending.destroy());
    });
    await half;
    assert.equal((await server.op('files.get', { key: 'half.bin' })).status, 404);
    const bodies = Array.from({ length: 8 }, (_, n) => Buffer.alloc(1_500_000, n));
    const sent = await Promise.all(bodies.map((body) => put('many.bin', body)));
    assert.deepEqual(new Set(sent.map(({ status }) => status)), new Set([200]));
    const bytes = new Uint8Array(await (await read('many.bin')).arrayBuffer());
    assert.ok(bodies.some((body) => sha(body) === sha(bytes)));
  });

  it('are opened by signed links, and by no others', async () => {
    await must('files.write', { key: 'u/owner/page.html', text: '<script>1</script>' });
    const sign = (body: object, token?: string) =>
      server.fetch('/api/w/test/apps/sign_s3_objects', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        ...(token === undefined ? {} : { token }),
      });
    const [signed] = (await (
      await sign({ s3_objects: [{ s3: 'u/owner/page.html' }], expiry_secs: 1 })
    ).json()) as any[];
    assert.equal(signed.s3, 'u/owner/page.html');
    const proxy = '/api/w/test/s3_proxy/_default_';
    const open = (at: string) => server.fetch(`${proxy}/${at}`, { token: null });
    const got = await open(`u/owner/page.html?${signed.presigned}`);
    assert.equal(got.status, 200);
    assert.equal(got.headers.get('content-security-policy'), 'sandbox');
    assert.equal(await got.text(), '<script>1</script>');
    const tampered: string[] = [
      `u/owner/other.html?${signed.presigned}`,
      `u/owner/page.html?${signed.presigned.replace('exp=', 'exp=9')}`,
      `u/owner/page.html?${signed.presigned.slice(0, -1)}`,
      'u/owner/page.html',
    ];
    for (const at of tampered) assert.equal((await open(at)).status, 403, at);
    const foreign = await sign({ s3_objects: [{ s3: 'u/owner/page.html' }] }, tokens['dev']);
    assert.equal(foreign.status, 404);
    assert.equal((await sign({ s3_objects: 'all' })).status, 400);
  });
});
