// One call of a tool, for both eras and both paths through this folder: find it, check its
// arguments, run it, and turn whatever happens into a result. Only an unknown tool is an error of
// the protocol; everything else a model should read.
import { AppError, type ArgumentCheck, type Log, nearest, newId } from '../../base/index.ts';
import { authorise, type Call, type Caller, type Progress } from '../../operation/index.ts';
import type { Asking, ClientSide, OpenAsked, OpenAsking } from './asking.ts';
import type { Catalogue, ToolList } from './catalogue.ts';
import { conversing } from './consent.ts';
import { namedServiceTool, readable, searchTools } from './faces/index.ts';
import { pathOfName } from './names.ts';
import { isObject, type JsonObject, type RpcError, rpcCodes, type ToolResult } from './protocol.ts';
import { appErrorResult, argumentsResult, failureResult } from './results.ts';
import { createStepUp } from './step-up.ts';
import type { FaceDeps, Invocation, Tool } from './tool.ts';

export interface ToolCallDeps extends FaceDeps {
  catalogue: Catalogue;
  argumentCheck: ArgumentCheck;
  log: Log;
  origin: () => string;
  openAsking: OpenAsked;
}

export interface ToolCall {
  name: string;
  args: JsonObject;
  caller: Caller;
  workspace: string | null;
  callerIn: (workspace: string) => Promise<Caller>;
  signal: AbortSignal;
  linksKnown: boolean;
  /** The connection lists the search tools alone. */
  searches: boolean;
  onProgress?: ((progress: Progress) => void) | undefined;
  /** What the client calls itself. */
  clientName?: string | undefined;
  /** Undefined where the client cannot be asked anything. */
  client?: ClientSide | undefined;
  log?: Invocation['log'];
}

/**
 * What a call came to: a result, what the client has to answer first, or an error of the protocol
 * for a tool that is not there. `challenge`: the client may ask its person for these scopes.
 */
export type ToolAnswer =
  | { result: ToolResult | JsonObject; challenge?: readonly string[] }
  | { error: RpcError };

export type CallTool = (wanted: ToolCall) => Promise<ToolAnswer>;

function callOf(wanted: ToolCall, asker?: Asking): Call {
  const { caller, workspace, signal, onProgress, clientName } = wanted;
  return {
    id: newId(),
    caller,
    workspace,
    surface: 'mcp',
    signal,
    causedBy: null,
    depth: 0,
    ...(clientName !== undefined && { client: clientName }),
    ...(onProgress && { onProgress }),
    ...(asker && { asking: asker }),
  };
}

function unknownTool(name: string, list: ToolList): RpcError {
  const said = `There is no tool "${name.slice(0, 128)}" for this token.`;
  const where = list.isCut ? 'searchTools finds them all.' : 'tools/list has them all.';
  const message = `${said} ${list.directory.similar(name)}${where}`;
  return { code: rpcCodes.invalidParams, message };
}

/** The tool cannot do without asking the client, which has not said that it can be asked. */
function missing(capability: string): RpcError {
  const message = `Missing required client capability: ${capability}`;
  const data = { requiredCapabilities: { [capability]: {} } };
  return { code: rpcCodes.missingCapability, message, data };
}

const searchByName = new Map(searchTools.map((tool) => [tool.definition.name, tool]));

function namesOf(tool: Tool): JsonObject {
  const { properties } = tool.definition.inputSchema;
  return isObject(properties) ? properties : {};
}

/** The arguments that the schema is about. */
function listed({ hidden }: Tool, args: JsonObject): JsonObject {
  if (!hidden || !Object.keys(args).some((name) => hidden.has(name))) return args;
  return Object.fromEntries(Object.entries(args).filter(([name]) => !hidden.has(name)));
}

/** Without null for the arguments of the house's own tools: models send it for "none". */
function withoutNulls(tool: Tool, args: JsonObject): JsonObject {
  if (!Object.values(args).includes(null)) return args;
  const own = namesOf(tool);
  const kept = Object.entries(args).filter(
    ([name, value]) => value !== null || !(Object.hasOwn(own, name) || tool.hidden?.has(name)),
  );
  return Object.fromEntries(kept);
}

/** Arguments that the schema does not name, taken out, and the sentence that says so. */
function withoutUnknown(tool: Tool, args: JsonObject): { args: JsonObject; note?: string } {
  const known = namesOf(tool);
  const unknown = Object.keys(args).filter((name) => !Object.hasOwn(known, name));
  if (unknown.length === 0) return { args };
  const told = unknown.slice(0, 20).map((name) => {
    const similar = nearest(name, Object.keys(known));
    return similar === undefined ? name : `${name} (did you mean ${similar}?)`;
  });
  return {
    args: Object.fromEntries(Object.entries(args).filter(([name]) => Object.hasOwn(known, name))),
    note: `Ignored, because the script does not declare them: ${told.join(', ')}.`,
  };
}

interface Chosen {
  tool: Tool;
  list: ToolList;
  asker: Asking | undefined;
}

export function createCallTool(deps: ToolCallDeps): CallTool {
  const { catalogue, argumentCheck, door, log } = deps;
  const stepUp = createStepUp(catalogue);

  /** What the token's scopes keep out: the door says so, whether a script exists or not. */
  async function refuseRunnable(wanted: ToolCall, known: Tool['runnable']): Promise<void> {
    const path = known?.path ?? pathOfName(wanted.name);
    if (path === undefined || wanted.workspace === null) return;
    const isFlow = known?.kind === 'flow';
    const target = readable(wanted.caller, { kind: isFlow ? 'flows' : 'scripts', path });
    if (authorise(wanted.caller, { action: 'jobs:run', risk: 'write' }, target).allowed) return;
    const operation = isFlow ? 'jobs.runFlowWait' : 'jobs.runWait';
    await door.invoke(callOf(wanted), operation, { path, args: {}, waitMs: 0 });
  }

  /** What the scopes refused, with those that would do: told to people, or asked for by clients. */
  async function refused(error: unknown, wanted: ToolCall): Promise<ToolAnswer> {
    const result = told(error, wanted);
    if (!(error instanceof AppError) || error.code !== 'insufficient_scope') return { result };
    const beyond = await stepUp(wanted);
    if (!beyond) return { result };
    const { scopes } = beyond;
    const text = `A token that has ${scopes.join(' ')} may call ${wanted.name}.`;
    const more = { ...result, content: [...result.content, { type: 'text' as const, text }] };
    return wanted.caller.connected ? { result: more, challenge: scopes } : { result: more };
  }

  async function runTool(wanted: ToolCall, { tool, list, asker }: Chosen): Promise<ToolResult> {
    const { args: given, interactive } = conversing(tool, wanted.args, wanted.caller);
    const { args, note } =
      tool.unknownArguments === 'ignore'
        ? withoutUnknown(tool, given)
        : { args: withoutNulls(tool, given), note: undefined };
    const { inputSchema } = tool.definition;
    const problems = tool.checksItself
      ? undefined
      : await argumentCheck.check(tool.schemaKey, inputSchema, listed(tool, args));
    if (problems) return argumentsResult(wanted.name, problems);
    const invocation: Invocation = {
      call: { ...callOf(wanted, asker), ...(interactive && { interactive }) },
      args,
      workspace: wanted.workspace ?? '',
      callerIn: wanted.callerIn,
      origin: deps.origin(),
      linksKnown: wanted.linksKnown,
      log: wanted.log,
      offers: (name) => list.directory.get(name) !== undefined,
      directory: list.directory,
      callOther: (other, otherArgs) =>
        runTool(
          { ...wanted, name: other.definition.name, args: otherArgs },
          { tool: other, list, asker },
        ),
    };
    const result = await tool.run(invocation);
    if (note === undefined) return result;
    return { ...result, content: [...result.content, { type: 'text', text: note }] };
  }

  function told(error: unknown, wanted: ToolCall): ToolResult {
    if (error instanceof AppError) return appErrorResult(error);
    const id = newId();
    log.error('a tool call failed', { id, tool: wanted.name, error });
    return failureResult({
      code: 'internal',
      message: `Something went wrong inside the server (${id}).`,
      hint: 'Try again; if it stays, tell the admin of the server this number.',
    });
  }

  /** What the run came to, where it failed too: a question that it asked goes before either. */
  async function settled(wanted: ToolCall, chosen: Chosen): Promise<ToolAnswer> {
    try {
      return { result: await runTool(wanted, chosen) };
    } catch (error) {
      return refused(error, wanted);
    }
  }

  async function openAsked(
    wanted: ToolCall,
  ): Promise<OpenAsking | undefined | { error: RpcError }> {
    const { client, caller, workspace, name, args, signal } = wanted;
    if (!client) return undefined;
    const bound = { caller, workspace, method: 'tools/call', name, args };
    return deps.openAsking(client, bound, signal);
  }

  function find(wanted: ToolCall, list: ToolList): Tool | undefined {
    const { name, searches } = wanted;
    if (wanted.caller.delegation !== null) return namedServiceTool(deps, name);
    const search = searches || list.isCut ? searchByName.get(name) : undefined;
    // A tool that exists but is not this caller's goes to the door too: it refuses and audits.
    const known = search ?? list.directory.get(name) ?? catalogue.hidden(wanted);
    return known ?? (wanted.workspace === null ? undefined : namedServiceTool(deps, name));
  }

  return async (wanted) => {
    try {
      const list = await catalogue.of(wanted.caller, wanted.workspace);
      const tool = find(wanted, list);
      if (!tool) {
        await refuseRunnable(wanted, (await stepUp(wanted))?.tool.runnable);
        return { error: unknownTool(wanted.name, list) };
      }
      const open = await openAsked(wanted);
      if (open && 'error' in open) return open;
      if (tool.needs && !open?.asking.can[tool.needs]) return { error: missing(tool.needs) };
      const answer = await settled(wanted, { tool, list, asker: open?.asking });
      if (wanted.signal.aborted) {
        return { result: failureResult({ code: 'canceled', message: 'The call was canceled.' }) };
      }
      const required = await open?.required();
      return required ? { result: required } : answer;
    } catch (error) {
      return refused(error, wanted);
    }
  };
}
