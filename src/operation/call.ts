// One call of one operation: who, where, through which surface, and until when.
import { AppError, newId } from '../base/index.ts';
import type { Asking } from './asking.ts';
import { type Caller, systemCaller } from './caller.ts';

export type Surface = 'rest' | 'windmill' | 'http' | 'mcp' | 'page' | 'system';

export interface Progress {
  /** Between 0 and `total`. */
  progress: number;
  total?: number;
  message?: string;
}

export interface Call {
  readonly id: string;
  readonly caller: Caller;
  /** The workspace that the call is about; null for calls about the whole instance. */
  readonly workspace: string | null;
  readonly surface: Surface;
  /** Aborts when the client went away or canceled; verbs that wait must listen. */
  readonly signal: AbortSignal;
  /** Name and version that the client gives itself, where it does; proves nothing. */
  readonly client?: string;
  /** The call that led to this one, for follow-ups. */
  readonly causedBy: string | null;
  /** 0 for a call from outside; `invoke` refuses beyond its limit. */
  readonly depth: number;
  /** The surface refused whoever knocked: the call is here for its audit row alone. */
  readonly refusal?: AppError;
  /** How many refused calls this one stands for; it has no input. */
  readonly times?: number;
  /** Present when a model calls in a conversation: it asks before it does what is high risk. */
  readonly interactive?: {
    /** The tool that it called. */
    tool: string;
    /** The id with which it comes back when the person agreed. */
    confirmation?: string;
  };
  /** Present when the client asked to hear about progress. */
  readonly onProgress?: (progress: Progress) => void;
  /** Present when the client can be asked something while the call runs. */
  readonly asking?: Asking;
}

/** The call's workspace; operations on items of a workspace begin with it. */
export function workspaceOf(call: Call): string {
  if (call.workspace !== null) return call.workspace;
  throw new AppError('invalid_input', 'This needs a workspace.', {
    hint: 'Name it: /api/w/<workspace>/…, ?workspace=<id>, or --workspace.',
  });
}

/** A call by the product itself: set-up and background duties. */
export function systemCall(workspace: string | null): Call {
  return {
    id: newId(),
    caller: systemCaller,
    workspace,
    surface: 'system',
    signal: new AbortController().signal,
    causedBy: null,
    depth: 0,
  };
}
