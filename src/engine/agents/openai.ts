// The chat completions protocol of OpenAI, which most providers speak. Pure: what to send, and
// what an answer means.
import { z } from 'zod';
import type { Answer, Question } from './conversation.ts';
import { type ModelRequest, openaiHeaders, unreadable } from './model-request.ts';
import type { Provider } from './providers.ts';

const answer = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        message: z.looseObject({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          images: z
            .array(z.looseObject({ image_url: z.looseObject({ url: z.string() }) }))
            .nullish(),
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
  const { model, messages, tools, outputSchema, temperature, maxTokens, effort } = question;
  // Other servers know only the older name.
  const limit = provider.kind === 'openai' ? 'max_completion_tokens' : 'max_tokens';
  const format = { name: 'output', schema: outputSchema };
  return {
    address: `${provider.address}/chat/completions`,
    headers: openaiHeaders(provider),
    body: {
      model,
      messages,
      ...(tools.length > 0
        ? { tools: tools.map((tool) => ({ type: 'function', function: tool })) }
        : {}),
      ...(outputSchema ? { response_format: { type: 'json_schema', json_schema: format } } : {}),
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxTokens === undefined ? {} : { [limit]: maxTokens }),
      ...(effort === undefined ? {} : { reasoning_effort: effort }),
      ...(question.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
      // OpenRouter's own words; nobody else is asked for these here (see `model.ts`).
      ...(question.search ? { plugins: [{ id: 'web' }] } : {}),
      ...(question.image ? { modalities: ['image', 'text'] } : {}),
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
  const image = message.images?.[0]?.image_url.url;
  return {
    ...(image === undefined ? {} : { image }),
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
