// Puts a streamed answer together: each dialect's pieces become the body that the same dialect
// answers without a stream, so that one reading of it does for both.
import { z } from 'zod';
import { outputTool } from './anthropic.ts';

export interface Collector {
  take(event: unknown): void;
  /** The whole answer; undefined while it has not come to its end. */
  body(): unknown;
}

export type MakeCollector = (onText: (text: string) => void) => Collector;

const openaiChunk = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        delta: z
          .looseObject({
            content: z.string().nullish(),
            refusal: z.string().nullish(),
            images: z.array(z.unknown()).nullish(),
            tool_calls: z
              .array(
                z.looseObject({
                  index: z.int().min(0).max(1000),
                  id: z.string().nullish(),
                  function: z
                    .looseObject({ name: z.string().nullish(), arguments: z.string().nullish() })
                    .nullish(),
                }),
              )
              .nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .default([]),
  usage: z.unknown().optional(),
});

export const openaiCollector: MakeCollector = (onText) => {
  let content = '';
  let images: unknown[] | undefined;
  let usage: unknown;
  let ended = false;
  const calls: { id: string; function: { name: string; arguments: string } }[] = [];
  return {
    take(event) {
      const chunk = openaiChunk.safeParse(event).data;
      usage = chunk?.usage ?? usage;
      const choice = chunk?.choices[0];
      ended ||= Boolean(choice?.finish_reason);
      const { delta } = choice ?? {};
      const text = delta?.content ?? delta?.refusal ?? '';
      content += text;
      if (text !== '') onText(text);
      images = delta?.images ?? images;
      for (const { index, id, function: said } of delta?.tool_calls ?? []) {
        const call = (calls[index] ??= { id: id ?? '', function: { name: '', arguments: '' } });
        call.function.name += said?.name ?? '';
        call.function.arguments += said?.arguments ?? '';
      }
    },
    body: () => {
      const message = { content: content || null, images, tool_calls: calls.filter(Boolean) };
      return ended ? { choices: [{ message }], usage } : undefined;
    },
  };
};

const anthropicEvent = z.looseObject({
  type: z.string(),
  index: z.int().min(0).max(10_000).optional(),
  message: z.looseObject({ usage: z.looseObject({}).optional() }).optional(),
  content_block: z.looseObject({ type: z.string() }).optional(),
  delta: z
    .looseObject({ text: z.string().optional(), partial_json: z.string().optional() })
    .optional(),
  usage: z.looseObject({}).optional(),
});

interface Block {
  block: Record<string, unknown>;
  text: string;
  json: string;
}

export const anthropicCollector: MakeCollector = (onText) => {
  const blocks: Block[] = [];
  let usage: object = {};
  let ended = false;
  function take(event: unknown): void {
    const { type, index = 0, ...said } = anthropicEvent.safeParse(event).data ?? { type: '' };
    ended ||= type === 'message_stop';
    usage = { ...usage, ...said.message?.usage, ...said.usage };
    if (said.content_block) blocks[index] = { block: said.content_block, text: '', json: '' };
    const at = blocks[index];
    if (!at || type !== 'content_block_delta') return;
    const { text = '', partial_json: json = '' } = said.delta ?? {};
    at.text += text;
    at.json += json;
    const shown = at.block['name'] === outputTool ? json : text;
    if (shown !== '') onText(shown);
  }
  const whole = ({ block, text, json }: Block): unknown => {
    if (block['type'] === 'text') return { type: 'text', text };
    return block['type'] === 'tool_use' ? { ...block, input: objectOf(json) } : block;
  };
  return {
    take,
    body: () => (ended ? { content: blocks.filter(Boolean).map(whole), usage } : undefined),
  };
};

/** The arguments of a call; of a broken one they are none, and the tool says what it misses. */
function objectOf(json: string): unknown {
  try {
    return JSON.parse(json || '{}');
  } catch {
    return {};
  }
}

const responsesEvent = z.looseObject({
  type: z.string(),
  delta: z.unknown().optional(),
  response: z.unknown().optional(),
});

export const responsesCollector: MakeCollector = (onText) => {
  let body: unknown;
  return {
    take(event) {
      const { type, delta, response } = responsesEvent.safeParse(event).data ?? { type: '' };
      const isText = type === 'response.output_text.delta' || type === 'response.refusal.delta';
      if (isText && typeof delta === 'string' && delta !== '') onText(delta);
      if (type === 'response.completed' || type === 'response.incomplete') body = response;
    },
    body: () => body,
  };
};
