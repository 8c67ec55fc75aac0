// OpenAI's responses protocol: where its own tools are (web search, images). Pure: what to send,
// and what an answer means. Nothing is stored at the provider.
import { z } from 'zod';
import type { Answer, Message, Part, Question, ToolCall } from './conversation.ts';
import { type ModelRequest, openaiHeaders, unreadable } from './model-request.ts';
import type { Provider } from './providers.ts';

type Item = Record<string, unknown>;

function partOf(part: Part): Item {
  if (part.type === 'text') return { type: 'input_text', text: part.text };
  if (part.type === 'file') return { type: 'input_file', ...part.file };
  return { type: 'input_image', image_url: part.image_url.url };
}

function itemsOf(message: Message): Item[] {
  if (message.role === 'tool') {
    const { tool_call_id: callId, content: output } = message;
    return [{ type: 'function_call_output', call_id: callId, output }];
  }
  const { role, content } = message;
  const said = typeof content === 'string' || content === null ? content : content.map(partOf);
  const calls = role === 'assistant' ? (message.tool_calls ?? []) : [];
  return [
    ...(said === null || said === '' ? [] : [{ role, content: said }]),
    ...calls.map((call) => ({ type: 'function_call', call_id: call.id, ...call.function })),
  ];
}

export function responsesRequest(provider: Provider, question: Question): ModelRequest {
  const { model, messages, outputSchema, temperature, maxTokens, effort } = question;
  const tools: Item[] = question.tools.map((tool) => ({
    type: 'function',
    strict: false,
    ...tool,
  }));
  if (question.search) tools.push({ type: 'web_search' });
  if (question.image) tools.push({ type: 'image_generation' });
  const format = { type: 'json_schema', name: 'output', strict: false, schema: outputSchema };
  return {
    address: `${provider.address}/responses`,
    headers: openaiHeaders(provider),
    body: {
      model,
      input: messages.flatMap(itemsOf),
      tools,
      store: false,
      ...(question.stream ? { stream: true } : {}),
      ...(outputSchema ? { text: { format } } : {}),
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxTokens === undefined ? {} : { max_output_tokens: maxTokens }),
      ...(effort === undefined ? {} : { reasoning: { effort } }),
    },
  };
}

const answer = z.looseObject({
  output: z.array(
    z.union([
      z.looseObject({
        type: z.literal('message'),
        content: z.array(
          z.looseObject({ text: z.string().optional(), refusal: z.string().optional() }),
        ),
      }),
      z.looseObject({
        type: z.literal('function_call'),
        call_id: z.string(),
        name: z.string(),
        arguments: z.string(),
      }),
      z.looseObject({ type: z.literal('image_generation_call'), result: z.string() }),
      z.looseObject({ type: z.string() }).transform(() => null),
    ]),
  ),
  usage: z
    .looseObject({ input_tokens: z.number().default(0), output_tokens: z.number().default(0) })
    .nullish(),
});

/** Throws `unprocessable` when the answer is none. */
export function responsesAnswer(body: unknown): Answer {
  const parsed = answer.safeParse(body);
  if (!parsed.success) throw unreadable('output');
  const { output, usage } = parsed.data;
  const texts: string[] = [];
  const calls: ToolCall[] = [];
  let image: string | undefined;
  for (const item of output) {
    if (item?.type === 'message') {
      texts.push(...item.content.map(({ text, refusal }) => text ?? refusal ?? ''));
    } else if (item?.type === 'function_call') {
      const { call_id: id, name, arguments: args } = item;
      calls.push({ id, type: 'function', function: { name, arguments: args } });
    } else if (item?.type === 'image_generation_call') {
      image = `data:image/png;base64,${item.result}`;
    }
  }
  return {
    message: {
      role: 'assistant',
      content: texts.length > 0 ? texts.join('') : null,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    },
    usage: { inputTokens: usage?.input_tokens ?? 0, outputTokens: usage?.output_tokens ?? 0 },
    ...(image === undefined ? {} : { image }),
  };
}
