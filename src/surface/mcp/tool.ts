// What a tool is to this endpoint, whichever face it comes from: how it is listed and how it is
// called. The faces make tools; listing, checking arguments and the wire are the same for all.
import type { Call, Caller, Door } from '../../operation/index.ts';
import type { JsonObject, ToolDefinition, ToolResult } from './protocol.ts';

/** Every tool that a caller has, listed or not. */
export interface Directory {
  readonly size: number;
  get(name: string): Tool | undefined;
  /** The best first; the scores are not told, because nothing may be done with them. */
  search(words: string, limit: number): Tool[];
  /** `Did you mean …? `, or nothing when no name is near. */
  similar(name: string): string;
}

/** One call of a tool: arguments that fit its schema, and what it needs to answer. */
export interface Invocation {
  /** A call of the door, ready but for the operation. */
  readonly call: Call;
  readonly args: JsonObject;
  /** Empty for the few tools that belong to no workspace. */
  readonly workspace: string;
  /** The same caller in another workspace, where the address belongs to none. */
  readonly callerIn: (workspace: string) => Promise<Caller>;
  /** Where people reach this server, for links. */
  readonly origin: string;
  /** Clients before 2025-06-18 know no resource links and refuse the whole result. */
  readonly linksKnown: boolean;
  /** A message for the client's log, which no tool of the product writes to. */
  readonly log?: ((level: 'info', text: string) => void) | undefined;
  /** Whether this caller may call that tool too, so that a result never names a closed door. */
  readonly offers: (tool: string) => boolean;
  readonly directory: Directory;
  /** Calls another tool as this caller, through the same checks and the same door. */
  readonly callOther: (tool: Tool, args: JsonObject) => Promise<ToolResult>;
}

export interface Tool {
  readonly definition: ToolDefinition;
  /** `definition` as JSON, made once. */
  readonly json: string;
  /** The script or flow that it runs; absent for endpoint tools. */
  readonly runnable?: { kind: 'script' | 'flow'; path: string };
  /** Names the input schema for the cache of validators. */
  readonly schemaKey: string;
  /**
   * Refuse arguments that the schema does not name, or run without them and say so: a script
   * ignores what its `main` does not declare, on every surface.
   */
  readonly unknownArguments: 'refuse' | 'ignore';
  /** What runs it checks the arguments, and keeps a row of what it refuses. */
  readonly checksItself?: boolean;
  /** Cannot run for clients that cannot be asked this. */
  readonly needs?: 'sampling' | 'roots';
  /** Some calls wait for the person's consent, and come back with an argument that says so. */
  readonly asksFirst?: boolean;
  /** Names that are taken although the schema has them not; `run` looks at their values. */
  readonly hidden?: ReadonlySet<string>;
  /** Throws `AppError` like the door; anything else thrown is a bug. */
  run(invocation: Invocation): Promise<ToolResult>;
}

/** What every face needs to run its tools. */
export interface FaceDeps {
  door: Door;
  /** How long a call waits for a job before it hands out its id, in milliseconds. */
  waitMs: number;
}

export function toolOf(parts: Omit<Tool, 'json'>): Tool {
  return { ...parts, json: JSON.stringify(parts.definition) };
}
