// What an agent and its model have said so far, read from the results of the agent's steps: the
// run's state holds which steps there were, and nothing of their words.
import { type Message, toldResult, type Turn } from '../agents/index.ts';
import type { FlowRun, JobResult } from './runs.ts';
import { jobsOf, type ModuleStatus } from './state.ts';

/** The id of the steps that are turns of the model; a tool may have it too, but has a call. */
export const turnStep = 'turn';

export const isTurn = ({ id, call }: ModuleStatus): boolean =>
  id === turnStep && call === undefined;

export const resultOf = (run: FlowRun, status: ModuleStatus): JobResult | undefined =>
  run.results.get(jobsOf(status)[0] ?? '');

export const turnOf = (run: FlowRun, status: ModuleStatus): Turn =>
  JSON.parse(resultOf(run, status)?.resultJson ?? 'null') as Turn;

/** What was said after the opening, as far as the steps are over. */
export function historyOf(run: FlowRun): Message[] {
  const said: Message[] = [];
  for (const status of run.state.status.modules) {
    const result = resultOf(run, status);
    if (!result) continue;
    if (!isTurn(status)) {
      const content = toldResult(result);
      said.push({ role: 'tool', tool_call_id: status.call ?? '', content });
    } else if (result.success) {
      const { message, complaint } = turnOf(run, status);
      said.push(message);
      if (complaint !== undefined) said.push({ role: 'user', content: complaint });
    }
  }
  return said;
}
