// What the tests of OAuth share: a client that registers, sends a browser, and asks for tokens.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createBrowser, type Landing } from '../kit/browser.ts';
import type { TestServer } from '../kit/server.ts';

export const redirectUri = 'http://127.0.0.1:43210/callback';

export interface Tokens {
  access_token: string;
  refresh_token: string;
  token_type: string;
  expires_in: number;
  scope: string;
}

export interface Answer {
  status: number;
  body: any;
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

export const password = 'correct horse battery';

/** An MCP request with a token: whether it gets in. */
export async function mcpStatus(
  server: Pick<TestServer, 'origin' | 'workspace'>,
  token: string,
): Promise<number> {
  const response = await fetch(`${server.origin}/api/mcp/w/${server.workspace}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
  });
  await response.text();
  return response.status;
}

/** Logs in where the page asks for it. */
export async function passLogin(
  browser: ReturnType<typeof createBrowser>,
  page: Landing,
  email: string,
): Promise<Landing> {
  if (!new URL(page.url).pathname.startsWith('/login')) return page;
  return browser.submit(page, { email, password });
}

export function createClient({ origin }: Pick<TestServer, 'origin'>) {
  const form = async (path: string, fields: Record<string, string>): Promise<Answer> =>
    answerOf(await fetch(origin + path, { method: 'POST', body: new URLSearchParams(fields) }));

  return {
    async register(metadata: unknown): Promise<Answer> {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(metadata);
      return answerOf(await fetch(`${origin}/register`, { method: 'POST', headers, body }));
    },

    async clientId(): Promise<string> {
      const { status, body } = await this.register({
        client_name: 'Trial',
        redirect_uris: [redirectUri],
      });
      assert.equal(status, 201, JSON.stringify(body));
      return body.client_id;
    },

    authorizeUrl(clientId: string, more: Record<string, string> = {}) {
      const verifier = randomBytes(32).toString('base64url');
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
        state: 'st',
        ...more,
      });
      return { url: `${origin}/authorize?${query.toString()}`, verifier };
    },

    /** `fields`: client_id, code, code_verifier, and what else a test wants to say. */
    code: (fields: Record<string, string>) =>
      form('/token', {
        grant_type: 'authorization_code',
        redirect_uri: redirectUri,
        ...fields,
      }),

    refresh: (clientId: string, refreshToken: string) =>
      form('/token', {
        grant_type: 'refresh_token',
        client_id: clientId,
        refresh_token: refreshToken,
      }),

    revoke: (clientId: string, token: string) => form('/revoke', { client_id: clientId, token }),
    introspect: (clientId: string, token: string) =>
      form('/introspect', { client_id: clientId, token }),

    /** As far as the code: what the client hands in next. `browser` has its cookies afterwards. */
    async consented(
      email: string,
      {
        clientId,
        choices = {},
        more = {},
        browser = createBrowser(),
      }: {
        clientId: string;
        choices?: Record<string, string>;
        more?: Record<string, string>;
        browser?: ReturnType<typeof createBrowser>;
      },
    ): Promise<{ client_id: string; code: string; code_verifier: string }> {
      const { url, verifier } = this.authorizeUrl(clientId, more);
      const consent = await passLogin(browser, await browser.go(url), email);
      assert.equal(consent.status, 200, consent.body);
      const back = await browser.submit(consent, choices);
      const code = new URL(back.url).searchParams.get('code');
      assert.ok(code, `${back.url} ${back.body}`);
      return { client_id: clientId, code, code_verifier: verifier };
    },

    /** The whole dance as `email`; the choices of the consent page in `choices`. */
    async connect(
      email: string,
      how: { clientId: string; choices?: Record<string, string>; more?: Record<string, string> },
    ): Promise<Tokens> {
      const resource = how.more?.['resource'];
      const asked = resource === undefined ? {} : { resource };
      const { status, body } = await this.code({ ...(await this.consented(email, how)), ...asked });
      assert.equal(status, 200, JSON.stringify(body));
      return body;
    },
  };
}
