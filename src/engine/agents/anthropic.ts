// Anthropic's messages protocol. Pure: what to send, and what an answer means. An answer in a
// shape is asked for as a call of one more tool, which this file hides from the rest.
import { z } from 'zod';
import { inlineOf } from './attachments.ts';
import type { Answer, Message, Part, Question, ToolCall } from './conversation.ts';
import { type ModelRequest, unreadable } from './model-request.ts';
import type { Provider } from './providers.ts';

const protocolVersion = '2023-06-01';
/** The protocol wants a number. */
const defaultMaxTokens = 8192;
/** The model gives its answer in a shape with this tool. */
export const outputTool = 'structured_output';
/** Runs at the provider; this version of it is the oldest that all models know. */
const searchTool = { type: 'web_search_20250305', name: 'web_search' };

type Source = { type: 'base64'; media_type: string; data: string } | { type: 'url'; url: string };
type Block =
  | { type: 'text'; text: string }
  | { type: 'image' | 'document'; source: Source }
  | { type: 'tool_use'; id: string; name: string; input: unknown }
  | { type: 'tool_result'; tool_use_id: string; content: string };

interface Said {
  role: 'user' | 'assistant';
  content: Block[];
}

function sourceOf(url: string): Source {
  const inline = inlineOf(url);
  if (!inline) return { type: 'url', url };
  return { type: 'base64', media_type: inline.mediaType, data: inline.base64 };
}

function blockOf(part: Part): Block {
  if (part.type === 'text') return part;
  if (part.type === 'file') return { type: 'document', source: sourceOf(part.file.file_data) };
  return { type: 'image', source: sourceOf(part.image_url.url) };
}

/** The protocol wants an object; a model of another provider may have written anything. */
function inputOf(args: string): unknown {
  try {
    return JSON.parse(args);
  } catch {
    return {};
  }
}

function blocksOf(message: Exclude<Message, { role: 'system' }>): Said {
  if (message.role === 'tool') {
    const { tool_call_id: id, content } = message;
    return { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content }] };
  }
  const said = message.content ?? '';
  const parts: Part[] = typeof said === 'string' ? [{ type: 'text', text: said }] : said;
  // Empty texts are refused.
  const content = parts.filter((part) => part.type !== 'text' || part.text !== '').map(blockOf);
  for (const call of 'tool_calls' in message ? (message.tool_calls ?? []) : []) {
    const { name, arguments: args } = call.function;
    content.push({ type: 'tool_use', id: call.id, name, input: inputOf(args) });
  }
  return { role: message.role, content };
}

/** Neighbours of one role become one message: the protocol wants the roles to take turns. */
function takingTurns(messages: readonly Message[]): Said[] {
  const said: Said[] = [];
  for (const message of messages) {
    if (message.role === 'system') continue;
    const next = blocksOf(message);
    const last = said.at(-1);
    if (last?.role === next.role) last.content.push(...next.content);
    else if (next.content.length > 0) said.push(next);
  }
  return said;
}

export function anthropicRequest(provider: Provider, question: Question): ModelRequest {
  const { model, messages, outputSchema, temperature, effort } = question;
  const tools: object[] = question.tools.map(({ name, description, parameters }) => {
    return { name, description, input_schema: parameters };
  });
  if (question.search) tools.push(searchTool);
  if (outputSchema) {
    const description = 'Give your final answer with this tool, once you have all you need.';
    tools.push({ name: outputTool, description, input_schema: outputSchema });
  }
  const system = messages.flatMap((each) => (each.role === 'system' ? [each.content] : []));
  return {
    address: `${provider.address}/messages`,
    headers: { 'x-api-key': provider.apiKey, 'anthropic-version': protocolVersion },
    body: {
      model,
      max_tokens: question.maxTokens ?? defaultMaxTokens,
      messages: takingTurns(messages),
      ...(system.length > 0 ? { system: system.join('\n\n') } : {}),
      ...(tools.length > 0 ? { tools } : {}),
      ...(question.stream ? { stream: true } : {}),
      ...(outputSchema ? { tool_choice: { type: 'any' } } : {}),
      ...(temperature === undefined ? {} : { temperature }),
      ...(effort === undefined ? {} : { output_config: { effort } }),
    },
  };
}

const answer = z.looseObject({
  content: z.array(
    z.union([
      z.looseObject({ type: z.literal('text'), text: z.string() }),
      z.looseObject({
        type: z.literal('tool_use'),
        id: z.string(),
        name: z.string(),
        input: z.unknown(),
      }),
      z.looseObject({ type: z.string() }).transform(() => null),
    ]),
  ),
  usage: z
    .looseObject({ input_tokens: z.number().default(0), output_tokens: z.number().default(0) })
    .nullish(),
});

/** Throws `unprocessable` when the answer is none. */
export function anthropicAnswer(body: unknown): Answer {
  const parsed = answer.safeParse(body);
  if (!parsed.success) throw unreadable('content');
  const { content, usage } = parsed.data;
  const texts: string[] = [];
  const calls: ToolCall[] = [];
  let output: string | undefined;
  for (const block of content) {
    if (block === null) continue;
    if (block.type === 'text') texts.push(block.text);
    else if (block.name === outputTool) output = JSON.stringify(block.input);
    else {
      const args = JSON.stringify(block.input ?? {});
      calls.push({
        id: block.id,
        type: 'function',
        function: { name: block.name, arguments: args },
      });
    }
  }
  return {
    message: {
      role: 'assistant',
      content: output ?? (texts.length > 0 ? texts.join('') : null),
      // The last word: calls beside it are not waited for.
      ...(calls.length > 0 && output === undefined ? { tool_calls: calls } : {}),
    },
    usage: { inputTokens: usage?.input_tokens ?? 0, outputTokens: usage?.output_tokens ?? 0 },
  };
}
