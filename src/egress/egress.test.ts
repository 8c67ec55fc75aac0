// What leaves the server: nothing reaches a private network unless the operator allows it.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { AppError } from '../base/index.ts';
import { createEgress, type Egress, readText } from './index.ts';

const codeOf = (error: unknown): string =>
  error instanceof AppError ? error.code : `no AppError: ${String(error)}`;

describe('egress', () => {
  let server: Server;
  let port = 0;
  let asked: string[] = [];
  let guarded: Egress;
  let opened: Egress;

  before(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.url} ${String(request.headers['x-api-key'] ?? '')}`.trim());
      if (request.url === '/redirect') {
        response.writeHead(302, { location: '/after' }).end();
      } else if (
        request.url === '/packed' &&
        /gzip/.test(request.headers['accept-encoding'] ?? '')
      ) {
        const bytes = gzipSync('é'.repeat(5000));
        response.writeHead(200, { 'content-encoding': 'gzip', 'x-mark': 'a' }).end(bytes);
      } else if (request.url === '/broken' || request.url === '/unknown') {
        const encoding = request.url === '/broken' ? 'gzip' : 'zstd';
        response.writeHead(200, { 'content-encoding': encoding }).end('no such bytes');
      } else {
        response.end('x'.repeat(5000));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
    guarded = createEgress({ allow: [] });
    opened = createEgress({ allow: ['127.0.0.0/8', 'Localhost'] });
  });

  after(async () => {
    await Promise.all([guarded.stop(), opened.stop()]);
    await new Promise((resolve) => server.close(resolve));
  });

  const closed = [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '0.0.0.0',
    'localhost',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fd00::1]',
    '[fe80::1]',
    '10.0.0.1',
    '100.64.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '224.0.0.1',
    '255.255.255.255',
  ];
  for (const host of closed) {
    test(`${host} is refused before anything is sent`, async () => {
      asked = [];
      await assert.rejects(guarded.fetch(`http://${host}:${port}/`), (error) => {
        assert.equal(codeOf(error), 'forbidden');
        assert.match((error as AppError).hint ?? '', /MILLRACE_EGRESS_ALLOW/);
        return true;
      });
      assert.deepEqual(asked, []);
    });
  }

  const wrong = ['file:///etc/passwd', 'ftp://example.com', 'http://me:pass@example.com', 'x', ''];
  for (const address of wrong) {
    test(`${JSON.stringify(address)} is no address, and is not repeated`, async () => {
      await assert.rejects(guarded.fetch(address), (error) => {
        assert.equal(codeOf(error), 'invalid_input');
        assert.doesNotMatch(String(error), /pass@|passwd/);
        return true;
      });
    });
  }

  test('a range and a name of the allow list are reached', async () => {
    for (const host of ['127.0.0.1', 'localhost']) {
      const answer = await opened.fetch(`http://${host}:${port}/a`);
      assert.equal((await readText(answer, 10_000)).length, 5000);
    }
  });

  test('a redirect is not followed, so no key goes along', async () => {
    asked = [];
    const headers = { 'x-api-key': 'k' };
    const going = opened.fetch(`http://127.0.0.1:${port}/redirect`, { headers });
    await assert.rejects(going, (error) => codeOf(error) === 'unavailable');
    assert.deepEqual(asked, ['/redirect k']);
  });

  test('an answer that is read whole, packed or not', async () => {
    const { status, headers, text } = await opened.ask(`http://127.0.0.1:${port}/packed?a=1#b`, {
      headers: { 'x-api-key': 'k' },
      maxBytes: 10_000,
    });
    assert.deepEqual([status, headers.get('x-mark'), text], [200, undefined, 'x'.repeat(5000)]);
    const packed = await opened.ask(`http://127.0.0.1:${port}/packed`, { maxBytes: 10_000 });
    assert.deepEqual([packed.headers.get('x-mark'), packed.text], ['a', 'é'.repeat(5000)]);
  });

  test('one that is too large is not read on, nor unpacked', async () => {
    for (const path of ['a', 'packed']) {
      const going = opened.ask(`http://127.0.0.1:${port}/${path}`, { maxBytes: 4999 });
      await assert.rejects(going, (error) => codeOf(error) === 'too_large');
    }
  });

  test('what is asked whole is guarded alike', async () => {
    asked = [];
    const origin = `http://127.0.0.1:${port}`;
    const ways: [Egress, string, string][] = [
      [guarded, `${origin}/a`, 'forbidden'],
      [guarded, `http://localhost:${port}/a`, 'forbidden'],
      [opened, 'file:///etc/passwd', 'invalid_input'],
      [opened, 'http://127.0.0.1:1/', 'unavailable'],
    ];
    for (const [egress, address, code] of ways) {
      const going = egress.ask(address, { maxBytes: 100 });
      await assert.rejects(going, (error) => codeOf(error) === code, address);
    }
    assert.deepEqual(asked, []);
    for (const path of ['redirect', 'broken', 'unknown']) {
      const going = opened.ask(`${origin}/${path}`, { maxBytes: 100 });
      await assert.rejects(going, (error) => codeOf(error) === 'unavailable', path);
    }
    assert.deepEqual(asked, ['/redirect', '/broken', '/unknown']);
    const gone = AbortSignal.abort(new Error('nobody waits'));
    await assert.rejects(
      opened.ask(`${origin}/a`, { maxBytes: 100, signal: gone }),
      /nobody waits/,
    );
  });

  test('a large body is cut off', async () => {
    const answer = await opened.fetch(`http://127.0.0.1:${port}/`);
    await assert.rejects(readText(answer, 100), (error) => codeOf(error) === 'too_large');
  });

  test('a server that is not there is unavailable', async () => {
    const going = opened.fetch('http://127.0.0.1:1/');
    await assert.rejects(going, (error) => codeOf(error) === 'unavailable');
  });

  for (const entry of ['10.0.0.0/33', '10.0.0.0/a', 'http://x', '::1/200', '']) {
    test(`the allow list refuses ${JSON.stringify(entry)}`, () => {
      assert.throws(
        () => createEgress({ allow: [entry] }),
        (error) => codeOf(error) === 'invalid_input',
      );
    });
  }
});
