// The chat completions protocol of OpenAI, which most providers speak. Pure: what to send, and
// what an answer means.
import { z } from 'zod';
import type { Answer, Question } from './conversation.ts';
import type { Provider } from './inputs.ts';
import { type ModelRequest, unreadable } from './model-request.ts';

const answer = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        message: z.looseObject({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          tool_calls: z
            .array(
              z.looseObject({
                id: z.string(),
                function: z.looseObject({ name: z.string(), arguments: z.string().default('{}') }),
              }),
            )
            .nullish(),
        }),
      }),
    )
    .min(1),
  usage: z
    .looseObject({ prompt_tokens: z.number().default(0), completion_tokens: z.number().default(0) })
    .nullish(),
});

export function openaiRequest(provider: Provider, question: Question): ModelRequest {
  const { model, messages, tools, outputSchema, temperature, maxTokens } = question;
  // Other servers know only the older name.
  const limit = provider.kind === 'openai' ? 'max_completion_tokens' : 'max_tokens';
  const format = { name: 'output', schema: outputSchema };
  return {
    address: `${provider.address}/chat/completions`,
    headers: {
      authorization: `Bearer ${provider.apiKey}`,
      ...(provider.organization ? { 'openai-organization': provider.organization } : {}),
    },
    body: {
      model,
      messages,
      ...(tools.length > 0
        ? { tools: tools.map((tool) => ({ type: 'function', function: tool })) }
        : {}),
      ...(outputSchema ? { response_format: { type: 'json_schema', json_schema: format } } : {}),
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxTokens === undefined ? {} : { [limit]: maxTokens }),
    },
  };
}

/** Throws `unprocessable` when the answer is none. */
export function openaiAnswer(body: unknown): Answer {
  const parsed = answer.safeParse(body);
  const message = parsed.data?.choices[0]?.message;
  if (!message) throw unreadable('choices[0].message');
  const calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: args } }) => ({
    id,
    type: 'function' as const,
    function: { name, arguments: args },
  }));
  return {
    message: {
      role: 'assistant',
      content: message.content ?? message.refusal ?? null,
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    },
    usage: {
      inputTokens: parsed.data?.usage?.prompt_tokens ?? 0,
      outputTokens: parsed.data?.usage?.completion_tokens ?? 0,
    },
  };
}
