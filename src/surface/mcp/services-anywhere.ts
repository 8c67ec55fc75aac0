// The tools of services at an address that belongs to no workspace: one for all workspaces that
// have the service, with `workspace_id` among the arguments. What each call may do is settled in
// the workspace that it names.
import { AppError } from '../../base/index.ts';
import type { ServiceTool } from '../../gateway/index.ts';
import type { Caller } from '../../operation/index.ts';
import type { ServicesPort } from './catalogue.ts';
import { serviceTool } from './faces/index.ts';
import type { JsonObject } from './protocol.ts';
import type { FaceDeps, Tool } from './tool.ts';

const argument = 'workspace_id';

export interface ServicesAnywhereDeps extends FaceDeps {
  services: ServicesPort;
  /** The workspaces that a caller may use. */
  workspaces: (caller: Caller) => Promise<readonly { id: string }[]>;
}

interface Placed {
  workspace: string;
  tool: ServiceTool;
}

const propertiesOf = ({ inputSchema }: ServiceTool): JsonObject =>
  (inputSchema['properties'] ?? {}) as JsonObject;

/** The first that says it counts; what is wrong for one of them that one refuses. */
function mergedSchema(placed: readonly Placed[], { inputSchema }: ServiceTool): JsonObject {
  const properties: JsonObject = Object.assign(
    {},
    ...placed.map(({ tool }) => propertiesOf(tool)).toReversed(),
  );
  const actions = placed.flatMap(({ tool }) => {
    const { enum: names = [] } = (propertiesOf(tool)['action'] ?? {}) as { enum?: string[] };
    return names;
  });
  const action = { ...(properties['action'] as JsonObject), enum: [...new Set(actions)] };
  const workspaces = placed.map(({ workspace }) => workspace);
  const where = { type: 'string', enum: workspaces, description: 'in which workspace' };
  return {
    ...inputSchema,
    properties: { [argument]: where, ...properties, ...(actions.length > 0 ? { action } : {}) },
    required: [argument, ...((inputSchema['required'] ?? []) as string[])],
  };
}

function merged(placed: readonly Placed[], deps: ServicesAnywhereDeps): Tool | undefined {
  const [first] = placed;
  if (!first) return undefined;
  const { name } = first.tool;
  const ids = placed.map(({ workspace }) => workspace);
  /** The same of a workspace without the tool and of one that is not there. */
  const notThere = (workspace: string): AppError =>
    new AppError('not_found', `There is no ${name} in "${workspace.slice(0, 100)}" for you.`, {
      hint: `It is there in: ${ids.slice(0, 20).join(', ')}.`,
    });
  const shown = serviceTool(deps, { ...first.tool, inputSchema: mergedSchema(placed, first.tool) });
  return {
    ...shown,
    async run(invocation) {
      const { [argument]: id, ...args } = invocation.args;
      const workspace = String(id);
      // First of all: whatever else is asked about a workspace costs queries.
      if (!ids.includes(workspace)) throw notThere(workspace);
      const caller = await invocation.callerIn(workspace);
      const tools = await deps.services.tools(caller, workspace);
      const tool = tools.find((one) => one.name === name);
      if (!tool) throw notThere(workspace);
      const call = { ...invocation.call, caller, workspace };
      return serviceTool(deps, tool).run({ ...invocation, args, workspace, call });
    },
  };
}

/** In a fixed order: by name. */
export async function servicesAnywhere(
  caller: Caller,
  deps: ServicesAnywhereDeps,
): Promise<Tool[]> {
  const own = await deps.workspaces(caller);
  const lists = await Promise.all(
    own.map(async ({ id }) =>
      (await deps.services.tools(caller, id)).map((tool): Placed => ({ workspace: id, tool })),
    ),
  );
  const byName = Map.groupBy(lists.flat(), ({ tool }) => tool.name);
  return [...byName.values()].flatMap((placed) => merged(placed, deps) ?? []);
}
