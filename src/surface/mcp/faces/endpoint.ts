// Endpoint tools: operations of the house under Windmill's tool and argument names. This file
// owns their declaration; the tables are beside it, one a feature. A row renames and describes;
// what may be done, and to what, the door decides.
import {
  type Ask,
  authorise,
  type Caller,
  type Catalog,
  confirmation,
  type Target,
} from '../../../operation/index.ts';
import { iconsOf } from '../icons.ts';
import type { JsonObject, JsonSchema, ToolDefinition, ToolResult } from '../protocol.ts';
import { valueResult } from '../results.ts';
import { type FaceDeps, type Invocation, type Tool, toolOf } from '../tool.ts';
import { mayOnSome } from './visible.ts';

/** Where Windmill's REST route takes the argument; `list_tools` tells programs. */
type Place = 'path' | 'query' | 'body';

export interface Argument {
  in: Place;
  schema: JsonSchema;
  required?: true;
  /** Field of the operation's input; the camelCase of the name when absent. */
  to?: string;
  /**
   * Windmill's, taken from prompts and programs that send it, and not listed: a model pays for
   * every word. `ignored` ones have nothing to act on here; `passed` ones go to the operation.
   */
  hidden?: 'ignored' | 'passed';
  /** From what the model sends to what the operation takes. */
  read?: (value: unknown) => unknown;
}

/** What a call of the tool does to the world, finer than the verb of its route. */
export type Effect = 'reads' | 'adds' | 'changes' | 'overwrites' | 'removes' | 'runs' | 'cancels';

const hintsOf: Readonly<Record<Effect, Omit<ToolDefinition['annotations'], 'title'>>> = {
  reads: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  adds: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: false,
  },
  changes: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  /** What stood there is gone. */
  overwrites: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  removes: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
  runs: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  cancels: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: false,
  },
};

export interface Endpoint {
  name: string;
  title: string;
  /** First sentence: when to use it. */
  description: string;
  method: 'GET' | 'POST' | 'DELETE';
  /** Windmill's route below `/api`. */
  route: string;
  effect: Effect;
  /** The operation that decides who may call, and that `run` invokes unless it says otherwise. */
  operation: string;
  /** An operation besides, that a model asks about before some calls. */
  asks?: string;
  /** What stands for any target when asking whether to list it; nothing for whole kinds. */
  target?: 'script' | 'flow' | 'preview' | 'job';
  /** Needs the right to run something too: not listed for tokens that run nothing. */
  starts?: true;
  /** Refused to others by the feature itself, so not listed for them either. */
  only?: 'admins';
  arguments: Readonly<Record<string, Argument>>;
  /** Arguments beyond the named ones are passed on (a run's own arguments). */
  open?: true;
  run?: (invocation: Invocation, deps: FaceDeps) => Promise<ToolResult>;
  /** From the operation's output to what is shown; the output itself when absent. */
  shape?: (output: never) => unknown;
}

export function camelCase(name: string): string {
  return name.replaceAll(/_+([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}

/** The operation's input: renamed and converted. */
export function inputOf(endpoint: Endpoint, args: JsonObject): JsonObject {
  const input: JsonObject = {};
  for (const [name, argument] of Object.entries(endpoint.arguments)) {
    const value = args[name];
    if (value === undefined) continue;
    if (argument.hidden === 'ignored') {
      argument.read?.(value);
      continue;
    }
    input[argument.to ?? camelCase(name)] = argument.read ? argument.read(value) : value;
  }
  return input;
}

const confirmationSchema: JsonSchema = {
  type: 'string',
  description: 'Only after the user agreed: the id from an answer confirmation_required.',
};

function hiddenOf(endpoint: Endpoint): ReadonlySet<string> {
  const entries = Object.entries(endpoint.arguments);
  return new Set(entries.filter(([, { hidden }]) => hidden).map(([name]) => name));
}

function inputSchemaOf(endpoint: Endpoint, asksFirst: boolean): JsonSchema {
  const entries = Object.entries(endpoint.arguments).filter(([, { hidden }]) => !hidden);
  const required = entries.filter(([, argument]) => argument.required).map(([name]) => name);
  return {
    type: 'object',
    properties: {
      ...Object.fromEntries(entries.map(([name, { schema }]) => [name, schema])),
      ...(asksFirst && { [confirmation.argument]: confirmationSchema }),
    },
    ...(required.length > 0 && { required }),
    additionalProperties: endpoint.open ?? false,
  };
}

export interface EndpointTool extends Tool {
  readonly endpoint: Endpoint;
  /** Whether to list it: some call of it would pass the door. */
  visibleTo(caller: Caller): boolean;
}

function targetsOf(target: Endpoint['target']): readonly Target[] {
  switch (target) {
    case 'script':
      return [{ kind: 'scripts', path: '*' }];
    case 'flow':
      return [{ kind: 'flows', path: '*' }];
    case 'preview':
      return [{ kind: 'previews', path: '*' }];
    case 'job':
      return [{ kind: 'jobs', path: '00000000-0000-7000-8000-000000000000' }];
    default:
      return [];
  }
}

const runAsk: Ask = { action: 'jobs:run', risk: 'write' };

const runTargets = [...targetsOf('script'), ...targetsOf('flow')];

function rankAllows(only: Endpoint['only'], { superAdmin, membership }: Caller): boolean {
  return only === undefined || superAdmin || membership?.role === 'admin';
}

function assertNamed(ask: Ask, { call }: Invocation, targets: readonly Target[]): void {
  if (mayOnSome(call.caller, ask, targets)) return;
  const verdict = authorise(call.caller, ask, targets[0]);
  if (!verdict.allowed) throw verdict.error;
}

/** The tool of an endpoint; undefined when this server has no such operation. */
export function endpointTool(
  endpoint: Endpoint,
  deps: FaceDeps & { catalog: Catalog },
): EndpointTool | undefined {
  const { name, title, operation } = endpoint;
  const declared = deps.catalog.get(operation);
  if (!declared) return undefined;
  const own: Ask = { action: declared.action, risk: declared.risk, tool: name, name: operation };
  // Two tools may share an operation; a token must name both, the tool and what the door knows.
  const asks: Ask[] = declared.tool === name ? [own] : [own, declared];
  const targets = targetsOf(endpoint.target);
  const visibleTo = (caller: Caller): boolean =>
    rankAllows(endpoint.only, caller) &&
    (!endpoint.starts || mayOnSome(caller, runAsk, runTargets)) &&
    asks.every((ask) => mayOnSome(caller, ask, targets));
  const asksFirst = confirmation.mayBeNeeded(endpoint.asks ?? operation);
  const definition: ToolDefinition = {
    name,
    title,
    description: endpoint.description,
    inputSchema: inputSchemaOf(endpoint, asksFirst),
    annotations: { title, ...hintsOf[endpoint.effect] },
    ...iconsOf(endpoint.route.replace('/w/{workspace}', '').split('/')[1] ?? ''),
  };
  const runDeclared = async (invocation: Invocation): Promise<ToolResult> => {
    const input = inputOf(endpoint, invocation.args);
    const output = await deps.door.invoke(invocation.call, operation, input);
    return valueResult(endpoint.shape ? endpoint.shape(output as never) : output);
  };
  const run = endpoint.run;
  return {
    ...toolOf({
      definition,
      schemaKey: `endpoint ${name}`,
      unknownArguments: 'refuse',
      asksFirst,
      hidden: hiddenOf(endpoint),
      async run(invocation) {
        // The door asks for the operation's own tool alone, and only after it read the input.
        if (declared.tool !== name) for (const ask of asks) assertNamed(ask, invocation, targets);
        if (endpoint.starts) assertNamed(runAsk, invocation, runTargets);
        return run ? run(invocation, deps) : runDeclared(invocation);
      },
    }),
    endpoint,
    visibleTo,
  };
}
