// What a token would list at an MCP address, before there is one: the caller that it would make,
// shown to the code that answers `tools/list`.
import { AppError, notFound } from '../../base/index.ts';
import { type Call, type Caller, normaliseScopes, workspaceOf } from '../../operation/index.ts';
import { beyondPower, type Power } from './power.ts';

export interface ListedTool {
  name: string;
  title: string;
  kind: 'endpoint' | 'script' | 'flow';
  /** Of the script or flow; null for endpoint tools. */
  path: string | null;
  /** Calling it changes nothing. */
  readOnly: boolean;
}

/** Port: what `tools/list` answers to this caller in this workspace; the MCP endpoint knows. */
export type ToolsOf = (caller: Caller, workspace: string) => Promise<readonly ListedTool[]>;

export interface Reach {
  scopes: readonly string[];
  readOnly: boolean;
}

export interface Preview {
  tools: ListedTool[];
  counts: { endpoints: number; scripts: number; flows: number };
}

/** The caller of such a token, in the workspace of the call. Throws what making it would. */
function holderOf({ caller, workspace }: Call, held: Power, reach: Reach): Caller {
  const scopes = normaliseScopes(reach.scopes);
  // When it ends changes no list.
  const wanted = { ...held, scopes, readOnly: reach.readOnly, workspace };
  const refusal = beyondPower({ ...held, expiresAt: null }, wanted);
  if (refusal) throw refusal;
  return {
    ...caller,
    kind: 'token',
    scopes,
    readOnly: reach.readOnly,
    boundWorkspace: workspace,
    audience: null,
    connected: false,
    jobId: null,
    delegation: null,
  };
}

export function createPreview({
  toolsOf,
  powerOf,
  withStars,
}: {
  toolsOf: ToolsOf;
  powerOf: (call: Call) => Promise<Power>;
  withStars: (caller: Caller) => Promise<Caller>;
}) {
  return async (call: Call, reach: Reach): Promise<Preview> => {
    const workspace = workspaceOf(call);
    if (!call.caller.membership) throw notFound('workspace', workspace);
    if (reach.scopes.every((scope) => !scope.trim().startsWith('mcp'))) {
      throw new AppError('invalid_input', 'A token lists tools only by mcp: scopes.');
    }
    const held = await powerOf(call);
    const holder = await withStars(holderOf(call, held, reach));
    const tools = [...(await toolsOf(holder, workspace))];
    const count = (kind: ListedTool['kind']): number =>
      tools.filter((tool) => tool.kind === kind).length;
    const counts = {
      endpoints: count('endpoint'),
      scripts: count('script'),
      flows: count('flow'),
    };
    return { tools, counts };
  };
}
