// What a flow's steps cost: 40 in a row, as a loop over a script and as 40 modules, and a
// parallel loop of 1,000; beside the same number of plain runs of that script.
import { type ServerProcess, startProcess, temporaryFolder } from '../test/kit/spawned-server.ts';
import { line, measure, ms, post } from './client.ts';

const owner = { email: 'bench@example.com', password: 'correct horse battery staple' };
const path = 'f/examples/fib';
const content = `const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2));
export const main = (n: number = 10) => fib(n);`;

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

const step = (id: string) => ({ id, value: { type: 'script', path, input_transforms: {} } });

const loop = (count: number, more: object) => ({
  id: 'l',
  value: {
    type: 'forloopflow',
    iterator: { type: 'javascript', expr: `[...Array(${count}).keys()]` },
    modules: [step('x')],
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
  await op('scripts.create', { path, language: 'bun', content });
  const flows = {
    loop: [loop(40, {})],
    modules: Array.from({ length: 40 }, (_, n) => step(`s${n}`)),
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
  const wide = await measure(3, 1, run('parallel'));
  line('a parallel loop of 1,000', ms(wide.p50), 'at most 3,000 ms');
} finally {
  await server.stop();
  folder.remove();
}
