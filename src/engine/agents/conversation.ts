// What an agent and its model say to each other, in the shape of OpenAI's chat messages, which
// Windmill shows too. No provider's own words, no I/O.

/** Something that a model asks for. `arguments` is JSON text as the model wrote it. */
export interface ToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/** A piece of what a person says: text, an image by its address, or a file as a data URL. */
export type Part =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string } }
  | { type: 'file'; file: { filename: string; file_data: string } };

export type Message =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string | Part[] }
  | { role: 'assistant'; content: string | null; tool_calls?: ToolCall[] }
  | { role: 'tool'; tool_call_id: string; content: string };

/** A tool as a model is told of it. */
export interface FunctionTool {
  name: string;
  description: string;
  /** JSON Schema of an object. */
  parameters: Record<string, unknown>;
}

/** One question to a model. */
export interface Question {
  model: string;
  messages: readonly Message[];
  tools: readonly FunctionTool[];
  /** The provider may search the web. */
  search: boolean;
  /** The last answer is an image. */
  image: boolean;
  /** JSON Schema that the last answer must fit. */
  outputSchema: Record<string, unknown> | undefined;
  temperature: number | undefined;
  maxTokens: number | undefined;
  /** How long it thinks, in the provider's words: low, medium, high, … */
  effort: string | undefined;
  /** The answer comes in pieces. */
  stream: boolean;
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
}

export interface Answer {
  message: Extract<Message, { role: 'assistant' }>;
  usage: Usage;
  /** A data URL. */
  image?: string;
}

/** Where a called tool is: a module of the flow, or a tool of an MCP server. */
export type CallTarget = { module: string } | { server: string; tool: string };

/** A call that the turn has looked up; without a target there is no such tool. */
export interface FoundCall {
  id: string;
  name: string;
  arguments: string;
  target: CallTarget | null;
}

/** What one turn of an agent leaves as its job's result. */
export interface Turn {
  message: Answer['message'];
  usage: Usage;
  calls: FoundCall[];
  /** Present when the agent is done. */
  output?: unknown;
  /** What is wrong with the answer; the model is told and asked again. */
  complaint?: string;
  /** What it has streamed, if it did. */
  wm_stream?: string;
}

const failure = 'It failed: ';

/** What a model is told of a tool's result. */
export function toldResult({ success, resultJson }: { success: boolean; resultJson: string }) {
  const shown = shownResult(resultJson);
  return success ? shown : `${failure}${shown}`;
}

/** Does a message tell of a tool that failed? */
export const isFailure = ({ content }: Extract<Message, { role: 'tool' }>): boolean =>
  content.startsWith(failure);

/** The most of a tool's result that a model is shown, in characters. */
const maxShown = 100_000;

/** A tool's result for the model: text as it is, everything else as JSON. */
function shownResult(resultJson: string): string {
  const value: unknown = JSON.parse(resultJson);
  const text = typeof value === 'string' ? value : resultJson;
  if (text.length <= maxShown) return text;
  return `${text.slice(0, maxShown)}\n… ${text.length - maxShown} characters more were cut off`;
}
