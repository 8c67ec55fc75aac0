// What a token lacks for a tool that its person has: the scopes to ask consent for (RFC 6750
// section 3.1 and MCP's step-up). What the person may not use does not exist here either.
import type { Caller } from '../../operation/index.ts';
import type { Catalogue } from './catalogue.ts';
import { toolNameOf } from './names.ts';
import type { JsonObject } from './protocol.ts';
import type { Tool } from './tool.ts';

/** A tool beyond the scopes of a token. */
export interface Beyond {
  tool: Tool;
  /** The scopes that the token holds, and those that the call needs besides. */
  scopes: readonly string[];
}

export interface Wanted {
  name: string;
  args: JsonObject;
  caller: Caller;
  workspace: string | null;
}

const ofPath = { runScriptByPath: 'script', runFlowByPath: 'flow' } as const;

/** Not mcp:all, which clients ask for by themselves: the consent page tells the two apart. */
const everything = ['mcp:scripts:*', 'mcp:flows:*', 'mcp:endpoints:*'];

/** What stands between the quotes of the challenge (RFC 6749 section 3.3). */
const isScopeToken = (scope: string): boolean => /^[\x21\x23-\x5b\x5d-\x7e]{1,500}$/.test(scope);

/** The script or flow that the call runs. */
function runnableOf({ name, args }: Wanted, tool: Tool): Tool['runnable'] {
  if (tool.runnable) return tool.runnable;
  const kind = Object.hasOwn(ofPath, name) ? ofPath[name as keyof typeof ofPath] : undefined;
  const { path } = args;
  return kind !== undefined && typeof path === 'string' ? { kind, path } : undefined;
}

/**
 * The scope that opens it and closes nothing: the first pattern of a kind would confine the tools
 * too, which a token without any uses everywhere.
 */
function narrowest(held: readonly string[], { name }: Wanted, runnable: Tool['runnable']): string {
  if (!runnable) return `mcp:endpoints:${name}`;
  const form = `mcp:${runnable.kind}s:`;
  const confined = held.some((scope) => scope.startsWith(form) || scope.startsWith('mcp:all:'));
  const usesTools = held.some((scope) => /^mcp:(?:endpoints:|favorites$)/.test(scope));
  return form + (usesTools && !confined ? '*' : runnable.path);
}

/** Finds what a refused call lacks; undefined when more scopes would not help. */
export function createStepUp(catalogue: Pick<Catalogue, 'of'>) {
  const listFor = (wanted: Wanted, scopes: readonly string[]) =>
    catalogue.of({ ...wanted.caller, scopes }, wanted.workspace);

  return async (wanted: Wanted): Promise<Beyond | undefined> => {
    const { caller, name, workspace } = wanted;
    if (caller.kind !== 'token' || caller.scopes === null) return undefined;
    const held = caller.scopes.filter((scope) => scope.startsWith('mcp:'));
    const { directory } = await listFor(wanted, [...caller.scopes, 'mcp:all']);
    const tool = directory.get(name);
    if (!tool) return undefined;
    const runnable = runnableOf(wanted, tool);
    // Scripts are listed where the address belongs to a workspace.
    const isKnown = workspace !== null || tool.runnable !== undefined;
    const listed = runnable && isKnown ? toolNameOf(runnable.kind, runnable.path) : name;
    const own = await listFor(wanted, caller.scopes);
    // What it has already was refused for another reason.
    if (!directory.get(listed) || own.directory.get(listed)) return undefined;
    const narrow = narrowest(held, wanted, runnable);
    const enough = await listFor(wanted, [...caller.scopes, narrow]);
    const needed = isScopeToken(narrow) && enough.directory.get(name) ? [narrow] : everything;
    return { tool, scopes: [...new Set([...held, ...needed])].filter(isScopeToken) };
  };
}
