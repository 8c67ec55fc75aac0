// Forms with files through a whole server: what webhooks and HTTP routes are given, byte for byte,
// and which forms are refused.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

type Sent = NonNullable<RequestInit['body']>;

const everyByte = Buffer.from(Array.from({ length: 70_000 }, (_, n) => (n * 7) % 256));

describe('forms with files', () => {
  let server: TestServer;
  const webhook = '/api/w/test/jobs/run_wait_result/p/f/team/echo';

  async function post(address: string, body: Sent, headers: Record<string, string> = {}) {
    const answer = await server.fetch(address, { method: 'POST', body, headers });
    const text = await answer.text();
    return { status: answer.status, text, json: text.startsWith('{') ? JSON.parse(text) : null };
  }

  before(async () => {
    server = await startTestServer();
    const made = async (op: string, input: object) =>
      assert.equal((await server.op(op, input)).status, 200);
    await made('folders.create', { name: 'team' });
    const content = `export const main =
      (note: unknown, file: unknown, id: unknown, body: unknown) => ({ note, file, id, body })`;
    await made('scripts.create', { path: 'f/team/echo', language: 'bun', content });
    await made('httpTriggers.create', {
      path: 'f/team/upload',
      routePath: 'upload/:id',
      httpMethod: 'post',
      scriptPath: 'f/team/echo',
      authenticationMethod: 'none',
    });
  });
  after(() => server.stop());

  it('arrive as they were sent, at webhooks and routes', async () => {
    for (const address of [webhook, '/api/r/upload/7']) {
      const form = new FormData();
      form.append('note', 'grüße \uFFFD');
      form.append('file', new Blob([everyByte], { type: 'image/png' }), '../../a b.png');
      const { status, json } = await post(address, form);
      assert.equal(status, 200);
      assert.equal(json.note, 'grüße \uFFFD');
      const { content, ...file } = json.file;
      assert.deepEqual(file, { filename: '../../a b.png', content_type: 'image/png' });
      assert.ok(Buffer.from(content, 'base64').equals(everyByte));
      form.append('file', new Blob([]), 'empty');
      const files = (await post(address, form)).json.file;
      assert.deepEqual([files.length, files[1].filename, files[1].content], [2, 'empty', '']);
    }
    const form = new FormData();
    form.append('note', 'first');
    form.append('note', 'last');
    assert.equal((await post(webhook, form)).json.note, 'last');
    const wrapped = await post(`${webhook}?wrap_body=true`, form);
    assert.deepEqual(wrapped.json.body, { note: 'last' });
  });

  it('are refused when something would be lost', async () => {
    const form = new FormData();
    form.append('note', 'x');
    assert.equal((await post(`${webhook}?raw=true`, form)).status, 415);
    const part = (name: string, value: Buffer) =>
      Buffer.concat([
        Buffer.from(`--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`),
        value,
        Buffer.from('\r\n'),
      ]);
    const end = Buffer.from('--b--\r\n');
    const type = (boundary: string) => ({
      'content-type': `multipart/form-data; boundary=${boundary}`,
    });
    const whole = (...parts: Buffer[]) => new Uint8Array(Buffer.concat([...parts, end]));
    const latin = whole(part('note', Buffer.from([0x61, 0xff, 0x62])));
    const good = whole(part('note', Buffer.from('fine')));
    const many = whole(...Array.from({ length: 1001 }, () => part('n', Buffer.from('x'))));
    const rows: [says: string, body: Uint8Array | string, boundary: string, status: number][] = [
      ['good', good, 'b', 200],
      ['quoted', good, '"b"', 200],
      ['bytes in a field', latin, 'b', 400],
      ['another boundary', good, 'c', 400],
      ['no boundary', good, '', 415],
      ['a long boundary', good, 'b'.repeat(71), 400],
      ['an open quote', good, '"b', 415],
      ['no end', good.slice(0, -12), 'b', 400],
      ['no form', 'nothing of that kind', 'b', 400],
      ['a name of the language', whole(part('__proto__', Buffer.from('x'))), 'b', 400],
      ['too many parts', many, 'b', 413],
      ['nothing but boundaries', '--b\r\n'.repeat(500_000), 'b', 413],
    ];
    for (const [says, body, boundary, status] of rows) {
      const answer = await post(webhook, body as Sent, type(boundary));
      assert.equal(answer.status, status, `${says}: ${answer.text}`);
    }
  });
});
