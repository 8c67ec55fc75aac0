// Id tokens of jobs, from inside jobs: what they say, that their signature holds against the
// published keys, what a preview cannot claim, and who gets none.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLocalJWKSet, createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const asks = `import * as wmill from 'windmill-client@1.818.0';
export const main = (audience: string, seconds?: number) => wmill.getIdToken(audience, seconds)`;

const plain = `export async function main(audience: string) {
  const { BASE_INTERNAL_URL: base, WM_TOKEN: token } = process.env;
  const at = base + '/api/w/test/oidc/token/' + encodeURIComponent(audience);
  const answer = await fetch(at, { method: 'POST', headers: { authorization: 'Bearer ' + token } });
  return answer.ok ? await answer.text() : answer.status;
}`;

describe('id tokens of jobs', () => {
  let server: TestServer;

  async function must(op: string, input: object): Promise<any> {
    const answer = await server.op(op, input);
    assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  const run = async (path: string, args: object): Promise<any> =>
    (await must('jobs.runWait', { path, args })).result;
  const configuration = async (): Promise<any> => {
    const at = '/api/oidc/.well-known/openid-configuration';
    return (await server.fetch(at, { token: null })).json();
  };
  const verify = async (token: string, audience: string) => {
    const { issuer, jwks_uri: keys } = await configuration();
    return jwtVerify(token, createRemoteJWKSet(new URL(keys)), { issuer, audience });
  };

  before(async () => {
    server = await startTestServer();
    await must('folders.create', { name: 'team' });
    const language = 'bun';
    await must('scripts.create', { path: 'f/team/asks', language, content: asks });
    await must('scripts.create', { path: 'f/team/plain', language, content: plain });
  });
  after(() => server.stop());

  it('say which script runs for whom, and verify against the published keys', async () => {
    for (const audience of ['sts.amazonaws.com', 'api://AzureADTokenExchange']) {
      const token = await run('f/team/asks', { audience, seconds: 120 });
      const { payload, protectedHeader } = await verify(token, audience);
      assert.equal(protectedHeader.alg, 'RS256');
      const { iat = 0, exp = 0, jti, job_id: job, groups, ...said } = payload;
      assert.deepEqual(said, {
        iss: `${server.origin}/api/oidc/`,
        aud: audience,
        sub: 'owner@example.com::f/team/asks::::test',
        email: 'owner@example.com',
        path: 'f/team/asks',
        flow_path: '',
        username: 'owner',
        workspace: 'test',
      });
      assert.equal(exp - iat, 120);
      assert.ok(Array.isArray(groups) && groups.includes('all'));
      assert.equal((await must('jobs.get', { id: String(job) })).scriptPath, 'f/team/asks');
      assert.ok(typeof jti === 'string');
    }
  });

  it('say the flow of a step', async () => {
    const step = {
      id: 'a',
      value: {
        type: 'script',
        path: 'f/team/plain',
        input_transforms: { audience: { type: 'static', value: 'x' } },
      },
    };
    const inline = {
      id: 'b',
      value: {
        type: 'forloopflow',
        iterator: { type: 'javascript', expr: '[1]' },
        skip_failures: false,
        modules: [
          {
            id: 'c',
            value: {
              type: 'rawscript',
              language: 'bun',
              content: plain,
              input_transforms: { audience: { type: 'static', value: 'x' } },
            },
          },
        ],
      },
    };
    const value = {
      modules: [
        step,
        inline,
        {
          id: 'd',
          value: {
            type: 'rawscript',
            language: 'bun',
            content: 'export const main = (a: string, c: string[]) => [a, ...c]',
            input_transforms: {
              a: { type: 'javascript', expr: 'results.a' },
              c: { type: 'javascript', expr: 'results.b' },
            },
          },
        },
      ],
    };
    await must('flows.create', { path: 'f/team/flow', value });
    const { result } = await must('jobs.runFlowWait', { path: 'f/team/flow', args: {} });
    const said = await Promise.all(
      result.map(async (token: string) => (await verify(token, 'x')).payload),
    );
    assert.deepEqual(
      said.map((each) => each['flow_path']),
      ['f/team/flow', 'f/team/flow'],
    );
    assert.equal(said[0]['path'], 'f/team/plain');
    assert.match(said[1]['path'], /^f\/team\/flow/);
    const preview = await must('jobs.previewFlowWait', { path: 'f/team/flow', value, args: {} });
    const claims = await Promise.all(
      preview.result.map(async (token: string) => (await verify(token, 'x')).payload),
    );
    assert.deepEqual(
      claims.map(({ path, flow_path: flow }) => [path, flow]),
      [
        ['f/team/plain', ''],
        ['', ''],
      ],
    );
  });

  it('do not say what a preview claims of itself', async () => {
    const parent = await must('jobs.run', { path: 'f/team/asks', args: { audience: 'x' } });
    const { result } = await must('jobs.previewWait', {
      content: plain,
      language: 'bun',
      path: 'f/team/asks',
      args: { audience: 'x' },
      parentJob: parent.id,
      rootJob: parent.id,
    });
    const { payload } = await verify(result, 'x');
    assert.deepEqual([payload['path'], payload['flow_path']], ['', '']);
    assert.equal(payload.sub, 'owner@example.com::::::test');
  });

  it('are for running jobs, and no more than these may', async () => {
    const address = '/api/w/test/oidc/token/x';
    const rows: [token: string | null | undefined, status: number][] = [
      [undefined, 403],
      [null, 401],
      [await server.tokenWith(['id_tokens:write']), 403],
    ];
    for (const [token, status] of rows) {
      const given = token === undefined ? {} : { token };
      assert.equal((await server.fetch(address, { method: 'POST', ...given })).status, status);
    }
    const narrow = await server.tokenWith(['jobs:run:scripts:f/team/*']);
    const started = await server.op(
      'jobs.runWait',
      { path: 'f/team/plain', args: { audience: 'x' } },
      narrow,
    );
    assert.equal(started.body.result, 403);
    assert.equal(await run('f/team/plain', { audience: 'x'.repeat(501) }), 400);
  });

  it('stay good when the key is replaced, and the private part is never shown', async () => {
    const old = await run('f/team/plain', { audience: 'x' });
    const { kid } = await must('idTokens.rotateKey', {});
    const fresh = await run('f/team/plain', { audience: 'x' });
    assert.notEqual(decodeProtectedHeader(old).kid, kid);
    assert.equal(decodeProtectedHeader(fresh).kid, kid);
    const published = (await (await server.fetch('/api/oidc/jwks', { token: null })).json()) as any;
    assert.equal(published.keys.length, 2);
    for (const token of [old, fresh]) await jwtVerify(token, createLocalJWKSet(published));
    const parts = new Set<string>(published.keys.flatMap((key: object) => Object.keys(key)));
    assert.deepEqual([...parts].toSorted(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
    assert.equal(
      (await server.op('idTokens.rotateKey', {}, await server.tokenWith(['jobs:read']))).status,
      403,
    );
    assert.ok(!server.logLines.join('\n').includes(fresh));
  });
});
