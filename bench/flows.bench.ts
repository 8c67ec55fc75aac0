// What a flow's steps cost: 40 in a row, as a loop over a script and as 40 modules, ten that
// compute, 40 of Python, and a parallel loop of 1,000; beside a plain run of the same script.
import { type ServerProcess, startProcess, temporaryFolder } from '../test/kit/spawned-server.ts';
import { line, measure, ms, post } from './client.ts';

const owner = { email: 'bench@example.com', password: 'correct horse battery staple' };
const path = 'f/examples/fib';
const fib = 'const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2));';
/** Besides a trivial one: one that says how long it computed, and one of Python. */
const scripts = {
  [path]: { language: 'bun', content: `${fib}\nexport const main = (n: number = 10) => fib(n);` },
  'f/examples/busy': {
    language: 'bun',
    content: `${fib}
export function main() {
  const began = performance.now();
  fib(33);
  return performance.now() - began;
}`,
  },
  // The same in modules of the runtime's own, each imported anew.
  'f/examples/direct': {
    language: 'bun',
    content: `import { writeFileSync } from 'node:fs';
export async function main() {
  const fib = 'const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2));';
  writeFileSync('direct.mjs', fib + 'export const main = () => fib(33);');
  const began = performance.now();
  for (let n = 0; n < 10; n += 1) {
    (await import(process.cwd() + '/direct.mjs?' + n)).main();
  }
  return (performance.now() - began) / 10;
}`,
  },
  'f/examples/fib_python': {
    language: 'python3',
    content: `def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def main(n: int = 10):
    return fib(n)`,
  },
};

async function login({ origin }: ServerProcess) {
  const answer = await post(`${origin}/api/op/session.login`, '', owner);
  const session: string = answer.body.token;
  return async (name: string, input: unknown): Promise<any> => {
    const done = await post(`${origin}/api/op/${name}?workspace=bench`, session, input);
    if (done.status >= 300 || done.body.success === false) {
      throw new Error(`${name}: ${JSON.stringify(done.body).slice(0, 500)}`);
    }
    return done.body;
  };
}

const step = (id: string, called = path) => ({
  id,
  value: { type: 'script', path: called, input_transforms: {} },
});

const loop = (count: number, more: object, called = path) => ({
  id: 'l',
  value: {
    type: 'forloopflow',
    iterator: { type: 'javascript', expr: `[...Array(${count}).keys()]` },
    modules: [step('x', called)],
    ...more,
  },
});

const folder = temporaryFolder();
const server = await startProcess(folder.path, {
  MILLRACE_OWNER_EMAIL: owner.email,
  MILLRACE_OWNER_PASSWORD: owner.password,
  MILLRACE_WORKSPACE: 'bench',
  MILLRACE_LOG_LEVEL: 'warn',
});
try {
  const op = await login(server);
  for (const [at, script] of Object.entries(scripts)) {
    await op('scripts.create', { path: at, ...script });
  }
  const flows = {
    loop: [loop(40, {})],
    modules: Array.from({ length: 40 }, (_, n) => step(`s${n}`)),
    busy: [loop(10, {}, 'f/examples/busy')],
    python: [loop(40, {}, 'f/examples/fib_python')],
    parallel: [loop(1000, { parallel: true })],
  };
  for (const [name, modules] of Object.entries(flows)) {
    await op('flows.create', { path: `f/examples/${name}`, value: { modules } });
  }
  const run = (name: string) => () => op('jobs.runFlowWait', { path: `f/examples/${name}` });
  const plain = () => op('jobs.runWait', { path });
  await measure(50, 1, plain);
  const one = await measure(200, 1, plain);
  line('one plain run of the script', ms(one.p50));
  for (const name of ['loop', 'modules'] as const) {
    await measure(3, 1, run(name));
    const seen = await measure(15, 1, run(name));
    const share = `${(seen.p50 / one.p50 / 40).toFixed(2)} of a plain run a step`;
    line(`40 steps as ${name}`, `${ms(seen.p50)}, ${share}`, 'at most 100 ms');
  }
  const above: number[] = [];
  const inScript: number[] = [];
  for (let n = 0; n < 6; n += 1) {
    const began = performance.now();
    const { result } = await run('busy')();
    const inside = (result as number[]).reduce((sum, each) => sum + each, 0);
    above.push((performance.now() - began - inside) / 10);
    inScript.push(inside / 10);
  }
  const [least = 0] = above.toSorted((a, b) => a - b);
  const middle = above.toSorted((a, b) => a - b)[3] ?? 0;
  line('10 steps of fib(33), a step above it', `${ms(middle)}, least ${ms(least)}`, 'at most 4 ms');
  const direct: number = (await op('jobs.runWait', { path: 'f/examples/direct' })).result;
  const computed = inScript.toSorted((a, b) => a - b)[3] ?? 0;
  line('fib(33) in a step, and in a module imported anew', `${ms(computed)}, ${ms(direct)}`);
  await measure(2, 1, run('python'));
  const python = await measure(8, 1, run('python'));
  line('40 steps of Python', ms(python.p50), 'at most 400 ms');
  const wide = await measure(3, 1, run('parallel'));
  line('a parallel loop of 1,000', ms(wide.p50), 'at most 3,000 ms');
} finally {
  await server.stop();
  folder.remove();
}
