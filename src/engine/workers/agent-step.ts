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
import type { ClaimedJob } from '../jobs/index.ts';
import type { RunOutcome } from '../runners/index.ts';
import { runInProcess } from './in-process.ts';

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
  return (job, how) => {
    const limits = { job, signal: how.signal, timeoutMs, errorName: 'AgentError' };
    return runInProcess(deps, limits, (signal) =>
      run(deps, job, { ...how, workspace: job.workspace, signal }),
    );
  };
}
