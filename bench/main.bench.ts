// The figures of the main job: start, memory, tool calls of every runner kind, tool lists.
// Prints what it saw beside the target; ratios to floors that were measured in the same run.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ServerProcess, startProcess, temporaryFolder } from '../test/kit/spawned-server.ts';
import { callTool, line, measure, ms, post } from './client.ts';
import { cpuMs, serverMemoryMb } from './usage.ts';

const owner = { email: 'bench@example.com', password: 'correct horse battery staple' };

interface Bench {
  server: ServerProcess;
  token: string;
  mcp: string;
  op: (name: string, input: unknown) => Promise<any>;
}

async function login(server: ServerProcess): Promise<Bench> {
  const answer = await post(`${server.origin}/api/op/session.login`, '', owner);
  const session: string = answer.body.token;
  const op = async (name: string, input: unknown): Promise<any> => {
    const done = await post(`${server.origin}/api/op/${name}?workspace=bench`, session, input);
    if (done.status >= 300) throw new Error(`${name}: ${JSON.stringify(done.body)}`);
    return done.body;
  };
  const { token } = await op('tokens.create', { scopes: ['mcp:all'] });
  return { server, token, mcp: `${server.origin}/api/mcp/w/bench/mcp`, op };
}

function start(folder: string, sandbox: string): Promise<ServerProcess> {
  return startProcess(folder, {
    MILLRACE_OWNER_EMAIL: owner.email,
    MILLRACE_OWNER_PASSWORD: owner.password,
    MILLRACE_WORKSPACE: 'bench',
    MILLRACE_SANDBOX: sandbox,
    MILLRACE_LOG_LEVEL: 'warn',
  });
}

/** Runs `work`, which makes `runs` calls, and answers it with a line on where its CPU went. */
async function withCpu<Seen>(
  { server }: Bench,
  runs: number,
  work: () => Promise<Seen>,
): Promise<{ seen: Seen; tell: () => void }> {
  const pid = server.child.pid ?? 0;
  const before = cpuMs(pid);
  const seen = await work();
  const after = cpuMs(pid);
  const each = (part: keyof typeof after): string => ms((after[part] - before[part]) / runs);
  const parts = `server ${each('server')}, PostgreSQL ${each('database')}`;
  // Runs in Node count as the server, by their name; short-lived runners are gone by then.
  const tell = (): void => line('  CPU a call', `${parts}, runners that live ${each('runners')}`);
  return { seen, tell };
}

async function echoFloor(): Promise<number> {
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      const { id } = JSON.parse(text);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const body = { jsonrpc: '2.0', id: 1, method: 'ping' };
  await measure(200, 1, () => post(url, '', body));
  const seen = await measure(1000, 1, () => post(url, '', body));
  server.close();
  return seen.p50;
}

const scripts: [name: string, language: string, content: string, isolation: string][] = [
  ['warm', 'bun', 'export const main = (x: number) => x + 1', 'warm'],
  ['nodejs', 'bun', '//nodejs\nexport const main = (x: number) => x + 1', 'warm'],
  ['fresh', 'bun', 'export const main = (x: number) => x + 1', 'fresh'],
  ['python', 'python3', 'def main(x: int):\n    return x + 1', 'warm'],
  ['bash', 'bash', 'x="$1"\necho $((x + 1))', 'warm'],
];

async function deploy(bench: Bench): Promise<void> {
  await bench.op('folders.create', { name: 'b' }).catch(() => undefined);
  const filler = `const filler = ${JSON.stringify('x'.repeat(1_000_000))};\n`;
  const all = [
    ...scripts,
    ['big', 'bun', `${filler}export const main = (x: number) => x + filler.length`, 'warm'],
  ] as const;
  for (const [name, language, content, isolation] of all) {
    const path = `f/b/${name}`;
    await bench.op('scripts.create', { path, language, content, isolation, autoParent: true });
  }
}

async function callFigures(bench: Bench, sandbox: string): Promise<void> {
  const call = (name: string) => (index: number) =>
    callTool(bench.mcp, bench.token, {
      name: `s-f_b_${name}`,
      // Bash knows only text.
      args: { x: name === 'bash' ? String(index) : index },
    });
  const targets: Record<string, string> = {
    warm: 'p50 at most 3 ms',
    fresh: 'p50 at most 15 ms',
    python: 'p50 at most 8 ms',
    bash: 'p50 at most 10 ms',
  };
  for (const name of ['warm', 'nodejs', 'big', 'fresh', 'python', 'bash']) {
    const count = ['warm', 'nodejs', 'big'].includes(name) ? 500 : 100;
    await measure(20, 1, call(name));
    const { seen, tell } = await withCpu(bench, count, () => measure(count, 1, call(name)));
    const what = `tools/call ${name}, sandbox ${sandbox}, one caller`;
    line(what, `p50 ${ms(seen.p50)} p95 ${ms(seen.p95)}`, targets[name]);
    tell();
  }
  await measure(500, 16, call('warm'));
  const runs = 6000;
  const many = await withCpu(bench, runs, () => measure(runs, 16, call('warm')));
  line(
    `tools/call warm, sandbox ${sandbox}, 16 callers`,
    `${many.seen.perSecond.toFixed(0)} runs/s p50 ${ms(many.seen.p50)}`,
    'at least 800 runs/s',
  );
  many.tell();
}

async function firstRuns(bench: Bench, sandbox: string): Promise<void> {
  const times: number[] = [];
  for (let n = 0; n < 10; n += 1) {
    const content = `export const main = () => "new ${sandbox} ${n}"`;
    const path = `f/b/new_${sandbox}_${n}`;
    await bench.op('scripts.create', { path, language: 'bun', content });
    const began = performance.now();
    await callTool(bench.mcp, bench.token, {
      name: `s-f_b_new__${sandbox}__${n}`,
      args: {},
    });
    times.push(performance.now() - began);
  }
  const median = times.toSorted((a, b) => a - b)[5] ?? Number.NaN;
  line(`first run of a new script, sandbox ${sandbox}`, `p50 ${ms(median)}`, 'at most 150 ms');
}

async function lists(bench: Bench): Promise<void> {
  const rows = Array.from({ length: 1000 }, (_, n) => n);
  await measure(rows.length, 4, (n) =>
    bench.op('scripts.create', {
      path: `f/b/list_${n}`,
      language: 'bun',
      summary: `Script number ${n}`,
      content: `export const main = (a${n}: string, b: number = ${n}, c?: string[]) => a${n}`,
    }),
  );
  const list = async (): Promise<number> => {
    const { body } = await post(bench.mcp, bench.token, {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/list',
    });
    return body.result.tools.length;
  };
  const began = performance.now();
  const { seen: count, tell } = await withCpu(bench, 1, list);
  const first = performance.now() - began;
  const cached = await measure(50, 1, list);
  line(
    `tools/list of ${count} tools`,
    `first ${ms(first)} then p50 ${ms(cached.p50)}`,
    'at most 20 ms',
  );
  tell();
}

const folder = temporaryFolder();
try {
  const echo = await echoFloor();
  line('floor: JSON-RPC echo over node:http', `p50 ${ms(echo)}`);
  for (const sandbox of ['off', 'bwrap']) {
    for (const when of sandbox === 'off' ? ['empty folder', 'restart'] : ['restart']) {
      const began = performance.now();
      const server = await start(folder.path, sandbox);
      const wall = performance.now() - began;
      const own = /ready in (\d+) ms/.exec(server.printed)?.[1] ?? '?';
      const memory = serverMemoryMb(server.child.pid ?? 0);
      line(
        `ready, ${when}, sandbox ${sandbox}`,
        `${own} ms, ${wall.toFixed(0)} ms outside`,
        'at most 1,000 ms',
      );
      line('  memory of the server process', `${memory.toFixed(0)} MB`, 'at most 150 MB idle');
      if (when === 'empty folder') {
        await server.stop();
        continue;
      }
      const bench = await login(server);
      await deploy(bench);
      await callFigures(bench, sandbox);
      await firstRuns(bench, sandbox);
      if (sandbox === 'off') await lists(bench);
      line(
        '  memory of the server after the load',
        `${serverMemoryMb(server.child.pid ?? 0).toFixed(0)} MB`,
      );
      await server.stop();
    }
  }
} finally {
  folder.remove();
}
