// `npm run demo`: a throwaway server, the official MCP client, and a script that does real work
// with an npm package. Prints each step and what came back; leaves nothing behind.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onNode24 } from './lib/node24.mjs';

const script = `import Papa from 'papaparse@5';

// Reads a CSV of orders and sums them by customer.
export async function main(csv: string, currency: string = 'EUR') {
  const { data } = Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true });
  console.log('read', data.length, 'orders');
  const totals = new Map<string, number>();
  for (const { customer, amount } of data) {
    totals.set(customer, (totals.get(customer) ?? 0) + Number(amount));
  }
  const rows = [...totals].map(([customer, total]) => ({ customer, total }));
  return { currency, orders: data.length, totals: rows.sort((a, b) => b.total - a.total) };
}
`;
const csv = 'customer,amount\nAda,120\nGrace,80\nAda,40.5\nLin,15\nGrace,300\n';

const say = (text) => console.log(text);
const step = (number, text) => say(`\n${number}. ${text}`);
const indent = (value) => JSON.stringify(value, undefined, 2).replaceAll(/^/gm, '     ');

/** Starts a server in `folder` and resolves with its origin once it prints it. */
function startServer(folder, owner) {
  const bin = new URL('../bin/millrace.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [bin, 'start', '--port', '0', '--data', folder], {
    env: {
      ...process.env,
      MILLRACE_DATABASE_URL: '',
      MILLRACE_OWNER_EMAIL: owner.email,
      MILLRACE_OWNER_PASSWORD: owner.password,
      MILLRACE_LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const origin = /API\s+(http:\/\/[^/]+)/.exec(line)?.[1];
      if (origin) resolve({ child, origin });
    });
    child.once('exit', (code) => reject(new Error(`the server ended with code ${code}`)));
  });
}

async function op({ origin, token }, name, input) {
  const response = await fetch(`${origin}/api/op/${name}?workspace=main`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(input),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(`${name}: ${JSON.stringify(body)}`);
  return body;
}

async function timed(work) {
  const began = performance.now();
  const value = await work();
  return { value, ms: performance.now() - began };
}

async function useTools(client) {
  step(3, 'It lists the tools');
  const { tools } = await client.listTools();
  for (const tool of tools.filter((each) => each.name.startsWith('s-'))) {
    say(`   ${tool.name}: ${tool.title}`);
  }
  const others = tools.filter((tool) => !tool.name.startsWith('s-'));
  say(`   and ${others.length} tools for scripts and jobs`);

  step(4, 'It deploys a script that imports papaparse, through the tool createScript');
  const deployed = await timed(() =>
    client.callTool({
      name: 'createScript',
      arguments: {
        path: 'f/examples/order_totals',
        summary: 'Sum orders by customer',
        language: 'bun',
        content: script,
      },
    }),
  );
  if (deployed.value.isError) throw new Error(JSON.stringify(deployed.value.content));
  say(`   installed, bundled, locked and listed in ${deployed.ms.toFixed(0)} ms`);

  step(5, 'The script is a tool now. It calls it');
  const call = () => client.callTool({ name: 's-f_examples_order__totals', arguments: { csv } });
  const first = await timed(call);
  if (first.value.isError) throw new Error(JSON.stringify(first.value.content));
  say(indent(first.value.structuredContent));
  say(`   first run: ${first.ms.toFixed(1)} ms`);
  const times = [];
  for (let run = 0; run < 100; run += 1) times.push((await timed(call)).ms);
  const p50 = times.toSorted((a, b) => a - b)[50];
  say(`   100 more, each a durable job with result and log: p50 ${p50.toFixed(2)} ms`);

  step(6, 'It calls it wrongly');
  const wrong = await client.callTool({
    name: 's-f_examples_order__totals',
    arguments: { csv: 42 },
  });
  say(`   isError: ${wrong.isError}`);
  say(wrong.content[0].text.replaceAll(/^/gm, '   '));
}

async function demo() {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-demo-'));
  const owner = { email: 'demo@example.com', password: randomBytes(12).toString('hex') };
  let child;
  try {
    step(1, 'A server starts on an empty folder');
    const started = await timed(() => startServer(folder, owner));
    child = started.value.child;
    const { origin } = started.value;
    say(`   ${origin}, ready after ${started.ms.toFixed(0)} ms`);

    step(2, 'The official MCP client connects with a token');
    const session = await op({ origin }, 'session.login', owner);
    const { token } = await op({ origin, token: session.token }, 'tokens.create', {
      label: 'demo',
      scopes: ['mcp:all'],
    });
    const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
    const client = new Client(
      { name: 'millrace-demo', version: '1.0.0' },
      { versionNegotiation: { mode: 'auto' } },
    );
    const url = new URL(`${origin}/api/mcp/w/main/mcp`);
    await client.connect(
      new StreamableHTTPClientTransport(url, {
        requestInit: { headers: { authorization: `Bearer ${token}` } },
      }),
    );
    say(`   connected to ${client.getServerVersion()?.name}`);
    await useTools(client);
    await client.close();
    say('\nDone. `npm start` gives you a server that stays.');
  } finally {
    if (child) {
      child.removeAllListeners('exit');
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

await onNode24(import.meta.url, demo);
