// The two things that an agent does by itself, each a job: a turn of its model, and a call to an
// MCP server. Its other tools are ordinary steps. Rights and secrets are those of the job.
import { Ajv } from 'ajv';
import { AppError, type Clock, judged, maskSecrets, messageOf } from '../../base/index.ts';
import type { Egress } from '../../egress/index.ts';
import type { Answer, CallTarget, FoundCall, FunctionTool, Message, Turn } from './conversation.ts';
import { type AgentInputs, readInputs } from './inputs.ts';
import { callMcpTool, listMcpTools } from './mcp-tools.ts';
import type { Memories, MemoryKey } from './memories.ts';
import { askModel } from './model.ts';
import { createAgentStream } from './stream.ts';
import { providerOf } from './providers.ts';

/** An MCP server among the tools of an agent. */
export interface ServerTool {
  id: string;
  resourcePath: string;
  /** Names; absent: all of them. */
  include: readonly string[] | undefined;
  exclude: readonly string[];
}

/** An agent as far as it has come. */
export interface AgentSoFar {
  args: Record<string, unknown>;
  /** The agent's own job, and where its memories are. */
  job: string;
  place: Omit<MemoryKey, 'memoryId'>;
  /** What was said after the opening. */
  history: readonly Message[];
  /** Tools that are modules of the flow, with the module of each. */
  modules: readonly { tool: FunctionTool; id: string }[];
  servers: readonly ServerTool[];
  /** The provider may search the web. */
  search: boolean;
}

export interface StepDeps {
  egress: Pick<Egress, 'fetch'>;
  clock: Clock;
  memories: Pick<Memories, 'recall' | 'keep'>;
  /** Is what stands at this path the work of an admin? */
  isByAdmin: (workspace: string, path: string) => Promise<boolean>;
}

/** What a step may use of the job that it is. */
export interface StepHow {
  workspace: string;
  /** Puts in what references stand for, with the rights of the job. */
  resolve: (value: unknown) => Promise<unknown>;
  signal: AbortSignal;
  onLog: (text: string) => void;
}

type Offered = { tool: FunctionTool; target: CallTarget };

/** Providers take names of letters, digits, `_` and `-`, 64 at most. */
const nameOf = (server: ServerTool, name: string): string =>
  `${server.id}_${name}`.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 64);

async function toolsOf(deps: StepDeps, agent: AgentSoFar, how: StepHow): Promise<Offered[]> {
  const offered: Offered[] = agent.modules.map(({ tool, id }) => ({
    tool,
    target: { module: id },
  }));
  for (const server of agent.servers) {
    const resource = await how.resolve(`$res:${server.resourcePath}`);
    for (const tool of await listMcpTools(deps, { resource, signal: how.signal })) {
      const { include, exclude } = server;
      if (exclude.includes(tool.name) || (include && !include.includes(tool.name))) continue;
      const target = { server: server.id, tool: tool.name };
      offered.push({ tool: { ...tool, name: nameOf(server, tool.name) }, target });
    }
  }
  return offered;
}

/** Without patterns: one that somebody wrote could hold up the server. */
function fits(ajv: Ajv, schema: object, output: unknown): boolean {
  try {
    return ajv.validate(judged(schema) as object, output);
  } catch (error) {
    throw new AppError('unprocessable', `The agent's output_schema: ${messageOf(error)}`);
  }
}

/** The answer in the wanted shape, or what is wrong with it. */
function outputOf(
  { message: { content }, image }: Answer,
  { outputSchema: schema, image: wantsImage }: AgentInputs,
): { output: unknown } | { complaint: string } {
  if (wantsImage)
    return image === undefined ? { complaint: 'Answer with an image.' } : { output: image };
  if (!schema) return { output: content };
  let output: unknown;
  try {
    output = JSON.parse(content ?? '');
  } catch {
    return { complaint: 'Answer with JSON alone, in the shape that was asked for.' };
  }
  const ajv = new Ajv({
    strict: false,
    validateSchema: false,
    validateFormats: false,
    logger: false,
  });
  if (fits(ajv, schema, output)) return { output };
  return { complaint: `The answer does not fit: ${ajv.errorsText()}. Answer again.` };
}

/** Where prompts go, and who pays, is for admins to say. */
async function assertByAdmin(deps: StepDeps, workspace: string, reference: string): Promise<void> {
  const path = reference.slice('$res:'.length);
  if (await deps.isByAdmin(workspace, path)) return;
  throw new AppError('forbidden', `An admin has to configure the provider ${path}.`, {
    hint: 'Ask an admin of the workspace to save the resource.',
  });
}

const isInstruction = ({ role }: Message): boolean => role === 'system';

/** What the model is told, first to last. */
async function conversationOf(
  { memories }: StepDeps,
  { opening, memory }: AgentInputs,
  { history, place, job }: AgentSoFar,
): Promise<Message[]> {
  if (!memory) return [...opening, ...history];
  const key = { ...place, memoryId: memory.id };
  const before = await memories.recall(key, { job, length: memory.length });
  const said = opening.filter((each) => !isInstruction(each));
  return [...opening.filter(isInstruction), ...before, ...said, ...history];
}

/** Keeps what this run said, for the next ones. */
async function remember(
  { memories }: StepDeps,
  { opening, memory }: AgentInputs,
  how: { agent: AgentSoFar; answer: Answer; apiKey: string },
): Promise<void> {
  if (!memory) return;
  const { agent, answer, apiKey } = how;
  const message = { ...answer.message, content: answer.message.content ?? '[image]' };
  const all = [...opening.filter((each) => !isInstruction(each)), ...agent.history, message];
  const said = JSON.parse(maskSecrets(JSON.stringify(all), [apiKey])) as Message[];
  const key = { ...agent.place, memoryId: memory.id };
  await memories.keep(key, { job: agent.job, said, length: memory.length });
}

/** One turn: asks the model, and looks up what it calls. Throws `AppError` when it cannot. */
export async function takeTurn(deps: StepDeps, agent: AgentSoFar, how: StepHow): Promise<Turn> {
  const inputs = readInputs(agent.args);
  const { kind, model, resource } = inputs.provider;
  const provider = providerOf(kind, model, await how.resolve(resource));
  await assertByAdmin(deps, how.workspace, resource);
  const all = await toolsOf(deps, agent, how);
  const { enabledTools: enabled } = inputs;
  const offered = enabled ? all.filter(({ tool }) => enabled.includes(tool.name)) : all;
  const stream = inputs.stream ? createAgentStream(how.onLog) : undefined;
  stream?.results(agent.history);
  const answer = await askModel(deps, provider, {
    model,
    messages: await conversationOf(deps, inputs, agent),
    tools: offered.map(({ tool }) => tool),
    outputSchema: inputs.outputSchema,
    search: agent.search,
    image: inputs.image,
    temperature: inputs.temperature,
    maxTokens: inputs.maxTokens,
    effort: inputs.effort,
    stream: inputs.stream,
    onText: (content) => stream?.text(content),
    signal: how.signal,
  });
  const { message, usage } = answer;
  const byName = new Map(offered.map(({ tool, target }) => [tool.name, target]));
  const calls = (message.tool_calls ?? []).map((call): FoundCall => {
    const { name, arguments: args } = call.function;
    return { id: call.id, name, arguments: args, target: byName.get(name) ?? null };
  });
  stream?.calls(calls);
  const asked = calls.map(({ name }) => name).join(', ') || 'nothing';
  how.onLog(
    `${kind} ${model}: ${usage.inputTokens} tokens in, ${usage.outputTokens} out; calls ${asked}\n`,
  );
  const turn = { message, usage, calls };
  if (calls.length > 0) return turn;
  const end = outputOf(answer, inputs);
  if ('output' in end) await remember(deps, inputs, { agent, answer, apiKey: provider.apiKey });
  return { ...turn, ...end };
}

/** One call to an MCP server, as the model asked for it. */
export async function callServer(
  deps: StepDeps,
  call: { server: ServerTool; tool: string; args: Record<string, unknown> },
  how: StepHow,
): Promise<unknown> {
  const resource = await how.resolve(`$res:${call.server.resourcePath}`);
  const { tool, args } = call;
  how.onLog(`calls ${tool} of the MCP server ${call.server.resourcePath}\n`);
  return callMcpTool(deps, { resource, tool, args, signal: how.signal });
}
