// Runs what an agent does by itself: a turn of its model or a call to an MCP server. No child
// process, because no code of people runs here; it is a job like any other all the same.
import { AppError, type Clock } from '../../base/index.ts';
import {
  type AgentSoFar,
  callServer,
  type StepDeps,
  type StepHow,
  takeTurn,
} from '../agents/index.ts';
import { type ClaimedJob, errorResult } from '../jobs/index.ts';
import type { RunOutcome } from '../runners/index.ts';

export interface AgentStepDeps extends StepDeps {
  clock: Clock;
  /** The agent that a job is a step of. */
  agentOf: (job: ClaimedJob) => Promise<AgentSoFar>;
}

export type AgentStep = (job: ClaimedJob, how: Omit<StepHow, 'workspace'>) => Promise<RunOutcome>;

/** A model that thinks longer is given up. */
const timeoutMs = 600_000;

async function run(deps: AgentStepDeps, job: ClaimedJob, how: StepHow): Promise<unknown> {
  const agent = await deps.agentOf(job);
  const { tool, args } = job.args as { tool?: string; args?: Record<string, unknown> };
  if (tool === undefined) return takeTurn(deps, agent, how);
  const server = agent.servers.find(({ id }) => id === job.flowStepId);
  if (!server) throw new AppError('not_found', `The agent has no MCP server ${job.flowStepId}.`);
  return callServer(deps, { server, tool, args: args ?? {} }, how);
}

export function createAgentStep(deps: AgentStepDeps): AgentStep {
  return async (job, how) => {
    const began = deps.clock.now();
    const late = new AbortController();
    const limitMs = job.timeoutS === null ? timeoutMs : job.timeoutS * 1000;
    const cancelTimer = deps.clock.after(limitMs, () => late.abort());
    const signal = AbortSignal.any([how.signal, late.signal]);
    const ended = (resultJson: string, rest: Partial<RunOutcome> = {}): RunOutcome => ({
      success: false,
      resultJson,
      memPeakKb: null,
      durationMs: deps.clock.now() - began,
      killed: null,
      ...rest,
    });
    try {
      const result = await run(deps, job, { ...how, workspace: job.workspace, signal });
      return ended(JSON.stringify(result ?? null), { success: true });
    } catch (error) {
      if (how.signal.aborted) return ended('null', { killed: 'canceled' });
      if (late.signal.aborted) {
        const message = `It took longer than ${limitMs / 1000} s.`;
        return ended(errorResult('TimeoutError', message), { killed: 'timeout' });
      }
      if (!(error instanceof AppError)) throw error;
      const hint = error.hint === undefined ? '' : ` ${error.hint}`;
      return ended(errorResult('AgentError', `${error.message}${hint}`));
    } finally {
      cancelTimer();
    }
  };
}
