// The tools of an address that belongs to no workspace, for a token that is bound to none: the
// endpoint tools with `workspace_id` as a further argument (Windmill's way), and the tool that
// lists the workspaces. Scripts and flows are run by path, because every workspace has its own.
import { AppError } from '../../base/index.ts';
import type { Caller, Membership } from '../../operation/index.ts';
import type { EndpointTool } from './faces/index.ts';
import { iconsOf } from './icons.ts';
import { isObject, type JsonObject, type JsonSchema } from './protocol.ts';
import { valueResult } from './results.ts';
import { type Invocation, type Tool, toolOf } from './tool.ts';

/** A workspace, and what the caller is in it. */
export interface OwnWorkspace {
  id: string;
  name: string;
  username: string;
  role: Membership['role'];
}

export interface MultiWorkspaceDeps {
  endpointTools: readonly EndpointTool[];
  /** The workspaces that a caller may use, by id. */
  workspaces: (caller: Caller) => Promise<readonly OwnWorkspace[]>;
}

export interface MultiWorkspace {
  /** Those that this caller may call in some workspace. */
  of(caller: Caller): Promise<readonly Tool[]>;
  /** All of them, for calls: each asks the door in the workspace that it is given. */
  readonly tools: readonly Tool[];
}

const argument = 'workspace_id';

const argumentSchema: JsonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 100,
  description: 'Id of the workspace, as list_workspaces tells it.',
};

const needsWorkspace = ({ endpoint }: EndpointTool): boolean =>
  endpoint.route.includes('{workspace}');

function withArgument(schema: JsonSchema): JsonSchema {
  const { properties, required } = schema;
  return {
    ...schema,
    properties: { [argument]: argumentSchema, ...(isObject(properties) ? properties : {}) },
    required: [argument, ...(Array.isArray(required) ? (required as string[]) : [])],
  };
}

const notMember = (id: string): AppError =>
  new AppError('not_found', `You are a member of no workspace "${id.slice(0, 100)}".`, {
    hint: 'list_workspaces has the ids that you may give.',
  });

/** The tool in the workspace that its arguments name. */
function widened(tool: EndpointTool, byName: ReadonlyMap<string, EndpointTool>): Tool {
  const { definition, schemaKey } = tool;

  async function run(invocation: Invocation) {
    const { [argument]: id, ...args } = invocation.args;
    const workspace = String(id);
    const caller = await invocation.callerIn(workspace);
    if (!caller.membership && !caller.superAdmin) throw notMember(workspace);
    return tool.run({
      ...invocation,
      args,
      workspace,
      call: { ...invocation.call, caller, workspace },
      offers: (name) => byName.get(name)?.visibleTo(caller) ?? false,
    });
  }

  return toolOf({
    ...tool,
    definition: {
      ...definition,
      description: `${definition.description} In the workspace ${argument}.`,
      inputSchema: withArgument(definition.inputSchema),
    },
    schemaKey: `${schemaKey} anywhere`,
    run,
  });
}

function listWorkspaces(workspaces: MultiWorkspaceDeps['workspaces']): Tool {
  const title = 'List workspaces';
  return toolOf({
    definition: {
      name: 'list_workspaces',
      title,
      description: `Lists the workspaces that you may use; the other tools take ${argument}.`,
      inputSchema: { type: 'object', properties: {}, additionalProperties: false },
      annotations: {
        title,
        readOnlyHint: true,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      },
      ...iconsOf('server'),
    },
    schemaKey: 'list_workspaces',
    unknownArguments: 'refuse',
    async run({ call }) {
      const own = await workspaces(call.caller);
      return valueResult(own.map(({ id, name, role }): JsonObject => ({ id, name, role })));
    },
  });
}

export function createMultiWorkspace(deps: MultiWorkspaceDeps): MultiWorkspace {
  const { endpointTools, workspaces } = deps;
  const byName = new Map(endpointTools.map((tool) => [tool.definition.name, tool]));
  const list = listWorkspaces(workspaces);
  const pairs = endpointTools.map(
    (tool) => [tool, needsWorkspace(tool) ? widened(tool, byName) : tool] as const,
  );
  const folders = { read: [], write: [], own: [] };

  /** The caller as a member of each kind that it is somewhere: what is listed hangs on no more. */
  async function faces(caller: Caller): Promise<Caller[]> {
    const own = await workspaces(caller);
    const roles = new Map(own.map((workspace) => [workspace.role, workspace]));
    const members = [...roles.values()].map(({ id, username, role }): Caller => {
      const membership = { workspace: id, username, role, groups: [], folders };
      return { ...caller, membership };
    });
    return [caller, ...members];
  }

  return {
    tools: [list, ...pairs.map(([, tool]) => tool)],
    async of(caller) {
      const callers = await faces(caller);
      const shown = pairs.filter(([tool]) => callers.some((one) => tool.visibleTo(one)));
      return [list, ...shown.map(([, tool]) => tool)];
    },
  };
}
