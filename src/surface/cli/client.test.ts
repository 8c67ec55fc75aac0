// What the client says of servers that are away, are something else, or refuse; and that the
// token stays out of every sentence. The other side is a plain HTTP server.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { AppError, readClientConfig } from '../../base/index.ts';
import { createClient } from './client.ts';
import { followJob } from './jobs.ts';

const token = 'abcdefgh0123456789abcdefgh012345';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let answer: Answer = (_request, response) => response.end();
const server = createServer((request, response) => answer(request, response));
let url = '';

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

function json(status: number, body: unknown): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
}

async function failureOf(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    assert.doesNotMatch(`${error.message} ${error.hint} ${error.stack}`, /abcdefgh0/);
    return error;
  }
  return assert.fail('it succeeded');
}

function client(own: string | undefined = token) {
  return createClient({ config: { url, token: own, workspace: 'ops' } });
}

test('sends the operation, the workspace and the token', async () => {
  let seen: unknown;
  answer = (request, response) => {
    const { method, url: path, headers } = request;
    seen = { method, path, authorization: headers.authorization, type: headers['content-type'] };
    json(200, { id: 'x' })(request, response);
  };
  assert.deepEqual(await client().call('jobs.run', { path: 'f/a/b' }), { id: 'x' });
  assert.deepEqual(seen, {
    method: 'POST',
    path: '/api/op/jobs.run?workspace=ops',
    authorization: `Bearer ${token}`,
    type: 'application/json',
  });
});

describe('a refusal is the sentence of the server', () => {
  test('with code and hint', async () => {
    answer = json(404, { error: { code: 'not_found', message: 'No such script', hint: 'List.' } });
    const error = await failureOf(client().call('scripts.get'));
    assert.deepEqual(
      [error.code, error.message, error.hint],
      ['not_found', 'No such script', 'List.'],
    );
  });

  test('without a token it tells how to get one', async () => {
    answer = json(401, { error: { code: 'unauthenticated', message: 'This needs a login.' } });
    const error = await failureOf(
      createClient({ config: { url, token: undefined, workspace: 'ops' } }).call('users.me'),
    );
    assert.match(error.message, /MILLRACE_TOKEN is not set/);
    assert.match(error.hint ?? '', /millrace token create/);
  });

  test('with a dead token it is the server that explains', async () => {
    answer = json(401, { error: { code: 'unauthenticated', message: 'The token has expired.' } });
    assert.equal((await failureOf(client().call('users.me'))).message, 'The token has expired.');
  });

  test('of an unknown form it still has the status', async () => {
    answer = json(503, { nothing: true });
    const error = await failureOf(client().call('users.me'));
    assert.deepEqual([error.code, error.message], ['unavailable', 'The server answered 503.']);
  });
});

describe('what is not Millrace', () => {
  const others: readonly (readonly [string, Answer, RegExp])[] = [
    [
      'a page',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<html>');
      },
      /answers, but not as a Millrace server \(200, text\/html\)/,
    ],
    [
      'broken JSON',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end('{"a":');
      },
      /its JSON is broken/,
    ],
    [
      'a redirect, which must not carry the token on',
      (_request, response) => {
        response.writeHead(302, { location: 'https://elsewhere.example/' });
        response.end();
      },
      /it sends on to https:\/\/elsewhere\.example\//,
    ],
  ];
  for (const [says, other, message] of others) {
    test(says, async () => {
      answer = other;
      const error = await failureOf(client().call('users.me'));
      assert.equal(error.code, 'unavailable');
      assert.match(error.message, message);
    });
  }
});

describe('nobody there', () => {
  test('a closed port', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const address = `http://127.0.0.1:${port}`;
    const away = createClient({ config: { url: address, token, workspace: 'main' } });
    const error = await failureOf(away.call('users.me'));
    assert.equal(error.message, `No server at ${address}: nothing listens there.`);
    assert.match(error.hint ?? '', /millrace start.*MILLRACE_URL/);
  });

  test('a port that no web client asks', async () => {
    const away = createClient({
      config: { url: 'http://127.0.0.1:6000', token, workspace: 'main' },
    });
    assert.match((await failureOf(away.call('users.me'))).message, /:6000: bad port\.$/);
  });

  test('a connection that is cut', async () => {
    answer = (request) => request.socket.destroy();
    assert.match((await failureOf(client().call('users.me'))).message, /the connection was cut/);
  });

  test('silence', async () => {
    answer = () => {};
    const error = await failureOf(client().call('users.me', {}, { timeoutMs: 30 }));
    assert.deepEqual([error.code, error.message], ['timeout', `${url} did not answer in time.`]);
  });

  test('the caller gives up', async () => {
    const controller = new AbortController();
    answer = () => controller.abort();
    const { signal } = controller;
    assert.equal((await failureOf(client().call('users.me', {}, { signal }))).code, 'canceled');
  });
});

describe('followJob', () => {
  test('hands on logs, tells changes, outlives a cut connection', async () => {
    const steps: Answer[] = [
      json(200, { running: false, completed: false, newLogs: '', logOffset: 0 }),
      json(200, { running: true, completed: false, newLogs: 'one\n', logOffset: 4 }),
      (request) => request.socket.destroy(),
      json(200, { running: true, completed: false, newLogs: 'two', logOffset: 7 }),
      json(200, { running: true, completed: true, newLogs: '\n', logOffset: 8 }),
    ];
    const asked: string[] = [];
    answer = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { logOffset, running } = JSON.parse(Buffer.concat(chunks).toString());
        asked.push(`${logOffset} ${running}`);
        steps.shift()?.(request, response);
      });
    };
    const heard: string[] = [];
    await followJob(client(), 'x', {
      onLogs: (text) => heard.push(text),
      onState: (state) => heard.push(`[${state}]`),
    });
    assert.deepEqual(heard, ['one\n', '[running]', '[away]', 'two', '[running]', '\n']);
    assert.deepEqual(asked, ['0 false', '0 false', '4 true', '4 true', '7 true']);
  });

  test('ends at once when the server refuses', async () => {
    answer = json(404, { error: { code: 'not_found', message: 'No such job' } });
    const following = { onLogs: () => {}, onState: () => {} };
    assert.equal((await failureOf(followJob(client(), 'x', following))).code, 'not_found');
  });
});

describe('readClientConfig', () => {
  const refused: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    ['no address', { MILLRACE_URL: 'here' }, /MILLRACE_URL is not the address/],
    ['another scheme', { MILLRACE_URL: 'ftp://x' }, /MILLRACE_URL is not the address/],
    [
      'a password in it',
      { MILLRACE_URL: 'http://a:abcdefgh0@x' },
      /MILLRACE_URL is not the address/,
    ],
    ['a broken token', { MILLRACE_TOKEN: 'abcdefgh0\nx' }, /MILLRACE_TOKEN holds characters/],
  ];
  for (const [says, env, message] of refused) {
    test(`refuses ${says}`, () => {
      assert.throws(
        () => readClientConfig(env),
        (error: AppError) => {
          assert.match(error.message, message);
          assert.doesNotMatch(`${error.message} ${error.hint}`, /abcdefgh0/);
          return true;
        },
      );
    });
  }

  test('defaults, flags before the environment, slashes and blanks away', () => {
    assert.deepEqual(readClientConfig({}), {
      url: 'http://127.0.0.1:8000',
      token: undefined,
      workspace: 'main',
      email: undefined,
      password: undefined,
    });
    const env = {
      MILLRACE_URL: 'https://x.example/mill/',
      MILLRACE_TOKEN: ' abc ',
      MILLRACE_WORKSPACE: 'ops',
    };
    const read = readClientConfig(env, { workspace: 'own' });
    assert.deepEqual(
      [read.url, read.token, read.workspace],
      ['https://x.example/mill', 'abc', 'own'],
    );
  });
});
