// A server for the test that kills it: ends itself with SIGKILL, without a chance to tidy up, at
// the point of a flow that the last line of its standard input names. It answers each line.
import { createInterface } from 'node:readline';
import { createLog, readConfig } from '../../src/base/index.ts';
import type { MarkFlow } from '../../src/engine/index.ts';
import { startServer } from '../../src/server.ts';

type Mark = Parameters<MarkFlow>[0];
type State = NonNullable<Mark['from']>;

const current = ({ status }: State) => status.modules[status.step];
const answered = (state: State): number =>
  current(state)?.flow_jobs_success?.filter((success) => success !== null).length ?? 0;

/** What a transition does, in the words of the test. */
function kindOf(from: State, to: State, ends: boolean): string {
  const [before, now] = [current(from), current(to)];
  if (ends) return 'end';
  if (before?.type === 'WaitingForPriorSteps') return 'first step';
  if (from.waiting && !to.waiting) return 'resume';
  if (to.waiting && !from.waiting) return 'suspend';
  if (to.status.retry.fail_count > from.status.retry.fail_count) return 'retry';
  if (to.status.step > from.status.step) {
    if (before?.iterator) return 'loop join';
    return before?.branchall ? 'branch join' : 'step';
  }
  if (answered(to) > answered(from)) return now?.iterator ? 'iteration' : 'branch';
  return 'nothing';
}

function pointOf({ at, of, from, to, ends = false }: Mark): string {
  if (of !== 'transition' || !from || !to) return `${at} ${of}`;
  const inner = (to.depth ?? 0) > 0 ? 'inner ' : '';
  return `${at} ${inner}${kindOf(from, to, ends)}`;
}

let wanted = '';
const server = await startServer(readConfig(), {
  log: createLog('error'),
  mark(mark) {
    if (pointOf(mark) === wanted) process.kill(process.pid, 'SIGKILL');
  },
});
process.stdout.write(`${server.origin}\n`);
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  wanted = line;
  process.stdout.write(`${line}\n`);
});
// The test is gone, or done.
lines.on('close', () => void server.stop().then(() => process.exit(0)));
