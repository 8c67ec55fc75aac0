// How long a client takes from the address to its first list of tools: refusal, discovery,
// registration, consent, code, token, list. The person is logged in already, so no password is
// hashed. Beside the floor of the same run: as many requests to a server that does nothing.
// Usage: node bench/oauth.bench.ts [dances, 30]
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBrowser } from '../test/kit/browser.ts';
import { startProcess, temporaryFolder } from '../test/kit/spawned-server.ts';
import { createClient, passLogin, password } from '../test/oauth/kit.ts';

const email = 'bench@example.com';
const targetMs = 300;
const dances = Number(process.argv[2] ?? 30);

const median = (times: number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

async function floorMs(many: number): Promise<number> {
  const floor = createServer((_request, response) => response.end('{}'));
  await new Promise<void>((resolve) => floor.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(floor.address() as AddressInfo).port}/`;
  const times: number[] = [];
  for (let count = 0; count < dances; count += 1) {
    const once = async (): Promise<void> => {
      for (let sent = 0; sent < many; sent += 1) await (await fetch(url)).text();
    };
    times.push(await timed(once));
  }
  floor.close();
  return median(times);
}

async function main(): Promise<void> {
  const folder = temporaryFolder();
  const server = await startProcess(folder.path, {
    MILLRACE_OWNER_EMAIL: email,
    MILLRACE_OWNER_PASSWORD: password,
    MILLRACE_WORKSPACE: 'bench',
    MILLRACE_ANONYMOUS_RATE: '0',
    MILLRACE_LOG_LEVEL: 'warn',
  });
  // What one dance sends: the floor sends as many.
  let requests = 0;
  const plainFetch = globalThis.fetch;
  globalThis.fetch = (...given) => {
    requests += 1;
    return plainFetch(...given);
  };
  const mcp = `${server.origin}/api/mcp/w/bench/mcp`;
  const client = createClient(server);
  const browser = createBrowser();
  const list = (token: string): Promise<Response> =>
    fetch(mcp, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(token !== '' && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
    });

  async function dance(): Promise<void> {
    const refused = await list('');
    const challenge = refused.headers.get('www-authenticate') ?? '';
    await refused.text();
    const found = await fetch(/resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? '');
    const { authorization_servers: issuers } = (await found.json()) as any;
    await (await fetch(`${issuers[0]}/.well-known/oauth-authorization-server`)).json();
    const more = { resource: mcp };
    const clientId = await client.clientId();
    const fields = await client.consented(email, { clientId, more, browser });
    const { body } = await client.code({ ...fields, ...more });
    const listed = await list(body.access_token);
    if (listed.status !== 200) throw new Error(`tools/list: ${listed.status}`);
    await listed.text();
  }

  try {
    const first = await timed(async () => {
      const { url } = client.authorizeUrl(await client.clientId());
      await passLogin(browser, await browser.go(url), email);
    });
    await dance();
    const times: number[] = [];
    for (let count = 0; count < dances; count += 1) {
      requests = 0;
      times.push(await timed(dance));
    }
    const sent = requests;
    const floor = await floorMs(sent);
    const took = median(times);
    const rows: [string, string][] = [
      ['first log-in, with the library and the password hash', `${first.toFixed(0)} ms`],
      [`whole dance, ${sent} requests, median of ${dances}`, `${took.toFixed(1)} ms`],
      ['the same number of empty requests', `${floor.toFixed(1)} ms`],
      ['ratio to them', (took / floor).toFixed(1)],
      [`target ${targetMs} ms`, took <= targetMs ? 'met' : 'MISSED'],
    ];
    for (const [what, figure] of rows) console.log(`${what.padEnd(56)} ${figure.padStart(10)}`);
  } finally {
    await server.stop();
    folder.remove();
  }
}

await main();
