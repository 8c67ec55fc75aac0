// Results of tools as clients and models get them: values, errors, and the cut that keeps a
// result inside what clients accept. Never throws.
import { AppError, cutBytes } from '../../base/index.ts';
import { runPage } from './links.ts';
import { type ContentBlock, isObject, type JsonObject, type ToolResult } from './protocol.ts';
import type { Invocation } from './tool.ts';

/** Clients take 25,000 tokens; at about 3.5 bytes a token that is Windmill's cap too. */
export const maxTextBytes = 87_500;

/** Text stands as it is; everything else as indented JSON. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value, null, 2) ?? 'null';
}

export interface CutText {
  text: string;
  /** UTF-8 bytes that were kept; undefined when nothing was cut. */
  keptBytes: number | undefined;
}

/** Cuts on a character boundary; `howToReadOn` is told what was kept, and ends the text. */
export function cut(text: string, howToReadOn: (keptBytes: number) => string): CutText {
  const kept = cutBytes(text, maxTextBytes);
  if (kept.length === text.length) return { text, keptBytes: undefined };
  const keptBytes = Buffer.byteLength(kept);
  const whole = Buffer.byteLength(text);
  const note = `[Cut after ${keptBytes} of ${whole} bytes. ${howToReadOn(keptBytes)}]`;
  return { text: `${kept}\n\n${note}`, keptBytes };
}

/**
 * A value as text and as `structuredContent`: objects as they are, everything else as
 * `{result: …}`, because clients of the handshake era accept objects only. A value too long for
 * the text is left out of `structuredContent`, so that no client passes it on whole.
 */
export function valueResult(
  value: unknown,
  howToReadOn: (keptBytes: number) => string = () => 'Ask for less: use the filters or per_page.',
): ToolResult {
  const { text, keptBytes } = cut(textOf(value), howToReadOn);
  const content: ContentBlock[] = [{ type: 'text', text }];
  if (keptBytes !== undefined) return { content };
  return { content, structuredContent: isObject(value) ? value : { result: value ?? null } };
}

export interface Failure {
  code: string;
  message: string;
  hint?: string | undefined;
  details?: JsonObject | undefined;
}

/** A refusal or failure that the model can act on: what happened, and what to do next. */
export function failureResult({ code, message, hint, details }: Failure): ToolResult {
  const lines = [`${code}: ${message}`, ...(hint === undefined ? [] : [`Hint: ${hint}`])];
  const error = {
    code,
    message,
    ...(hint !== undefined && { hint }),
    ...(details !== undefined && { details }),
  };
  return {
    content: [{ type: 'text', text: lines.join('\n') }],
    structuredContent: { error },
    isError: true,
  };
}

export function appErrorResult(error: AppError): ToolResult {
  const { code, message, hint, details } = error;
  return failureResult({ code, message, hint, details });
}

/** Wrong arguments, told in words of the tool's own schema. */
export function argumentsResult(tool: string, problems: readonly string[]): ToolResult {
  return failureResult({
    code: 'invalid_input',
    message: `The arguments do not fit ${tool}: ${problems.join('; ')}`,
    hint: 'Correct these arguments and call the tool again; nothing was run.',
  });
}

/** The run behind a result: a block for people, and `_meta` for programs. */
export function linkedToRun(result: ToolResult, invocation: Invocation, id: string): ToolResult {
  const uri = runPage(invocation.origin, invocation.workspace, id);
  const link: ContentBlock = { type: 'resource_link', uri, name: `job ${id}`, title: 'The run' };
  return {
    ...result,
    content: [
      ...result.content,
      invocation.linksKnown ? link : { type: 'text', text: `Job ${id}: ${uri}` },
    ],
    _meta: { 'millrace/job': { id, url: uri } },
  };
}
