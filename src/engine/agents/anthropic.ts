// Anthropic's messages protocol. Pure: what to send, and what an answer means. An answer in a
// shape is asked for as a call of one more tool, which this file hides from the rest.
import { z } from 'zod';
import type { Answer, Message, Question, ToolCall } from './conversation.ts';
import type { Provider } from './inputs.ts';
import { type ModelRequest, unreadable } from './model-request.ts';

const protocolVersion = '2023-06-01';
/** The protocol wants a number. */
const defaultMaxTokens = 8192;
const outputTool = 'structured_output';

type Block =
  | { type: 'text'; text: string }
  | { type: 'tool_use'; id: string; name: string; input: unknown }
  | { type: 'tool_result'; tool_use_id: string; content: string };

interface Said {
  role: 'user' | 'assistant';
  content: Block[];
}

function blocksOf(message: Exclude<Message, { role: 'system' }>): Said {
  if (message.role === 'tool') {
    const { tool_call_id: id, content } = message;
    return { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content }] };
  }
  const content: Block[] = message.content ? [{ type: 'text', text: message.content }] : [];
  for (const call of 'tool_calls' in message ? (message.tool_calls ?? []) : []) {
    const { name, arguments: args } = call.function;
    content.push({ type: 'tool_use', id: call.id, name, input: JSON.parse(args) });
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
  const { model, messages, outputSchema, temperature, maxTokens = defaultMaxTokens } = question;
  const tools = question.tools.map(({ name, description, parameters }) => {
    return { name, description, input_schema: parameters };
  });
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
      max_tokens: maxTokens,
      messages: takingTurns(messages),
      ...(system.length > 0 ? { system: system.join('\n\n') } : {}),
      ...(tools.length > 0 ? { tools } : {}),
      ...(outputSchema ? { tool_choice: { type: 'any' } } : {}),
      ...(temperature === undefined ? {} : { temperature }),
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
      content: output ?? (texts.length > 0 ? texts.join('\n') : null),
      // The last word: calls beside it are not waited for.
      ...(calls.length > 0 && output === undefined ? { tool_calls: calls } : {}),
    },
    usage: { inputTokens: usage?.input_tokens ?? 0, outputTokens: usage?.output_tokens ?? 0 },
  };
}
