// An agent as one of its steps needs it: its inputs, what was said, and the tools that its model
// may call, described by the code behind them.
import { systemCall } from '../../operation/index.ts';
import type { AgentSoFar, FunctionTool, ServerTool } from '../agents/index.ts';
import type { ClaimedJob } from '../jobs/index.ts';
import type { Scripts } from '../scripts/index.ts';
import { historyOf } from './agent-history.ts';
import type { Flows } from './flows.ts';
import type { FlowRun, Runs } from './runs.ts';
import { jobsOf } from './state.ts';
import { type AgentTool, allModules, type FlowModule, type FlowValue } from './value.ts';

const toolsIn = (value: FlowValue, place: string | null): readonly AgentTool[] => {
  const id = place?.split('/')[0];
  const module = allModules(value).find((each) => each.id === id);
  return module?.value.type === 'aiagent' ? (module.value.tools ?? []) : [];
};

export interface AgentLookupDeps {
  runs: Pick<Runs, 'read' | 'results'>;
  scripts: Pick<Scripts, 'get' | 'getByHash'>;
  flows: Pick<Flows, 'get'>;
}

/** What a tool takes and does, by the code behind it. */
async function describe(
  deps: AgentLookupDeps,
  run: FlowRun,
  { value, id }: FlowModule,
): Promise<{ description: string; schema?: Record<string, unknown> | undefined }> {
  const call = systemCall(run.row.workspace);
  if (value.type === 'script') {
    const { scripts } = deps;
    return value.hash ? scripts.getByHash(call, value.hash) : scripts.get(call, value.path);
  }
  if (value.type === 'flow') return deps.flows.get(call, value.path);
  const compiled = run.source.compiled[id];
  const schema = compiled && 'schema' in compiled ? compiled.schema : undefined;
  return { description: '', schema };
}

/** A tool as the model sees it: without the inputs that the flow's writer has set. */
async function toolOf(
  deps: AgentLookupDeps,
  run: FlowRun,
  module: FlowModule,
): Promise<FunctionTool> {
  const { description, schema = {} } = await describe(deps, run, module);
  const transforms = 'input_transforms' in module.value ? module.value.input_transforms : undefined;
  const isFree = (name: string): boolean => (transforms?.[name]?.type ?? 'ai') === 'ai';
  const properties = Object.entries((schema['properties'] as object | undefined) ?? {});
  const required = (schema['required'] as string[] | undefined) ?? [];
  return {
    name: module.summary ?? module.id,
    description: module.description ?? description,
    parameters: {
      type: 'object',
      properties: Object.fromEntries(properties.filter(([name]) => isFree(name))),
      required: required.filter(isFree),
    },
  };
}

/** The agent that `job` is a step of, as far as it has come. */
export async function agentSoFar(deps: AgentLookupDeps, job: ClaimedJob): Promise<AgentSoFar> {
  const run = await deps.runs.read(job.parentJob ?? '');
  if (!run) throw new Error(`the job ${job.id} belongs to no agent`);
  await deps.runs.results(run, run.state.status.modules.flatMap(jobsOf));
  const modules = [];
  for (const module of run.flow.modules) {
    modules.push({ id: module.id, tool: await toolOf(deps, run, module) });
  }
  const servers: ServerTool[] = [];
  const tools = toolsIn(run.source.value, run.row.flowNode);
  for (const { id, value } of tools) {
    if (value.tool_type !== 'mcp') continue;
    const { resource_path: resourcePath, include_tools: include, exclude_tools: exclude } = value;
    servers.push({ id, resourcePath, include: include ?? undefined, exclude: exclude ?? [] });
  }
  const search = tools.some(({ value }) => value.tool_type === 'websearch');
  const { id, workspace, permissionedAs: owner, path, flowNode } = run.row;
  const stepId = flowNode?.split('/')[0] ?? '';
  const place = { workspace, owner, flowPath: path ?? '', stepId };
  return { args: run.row.args, job: id, place, history: historyOf(run), modules, servers, search };
}
