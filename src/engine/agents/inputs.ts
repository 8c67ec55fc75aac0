// What an agent step is given, once its transforms are worked out. Fields that would change the
// answer and are not built are refused, never passed over.
import { z } from 'zod';
import { AppError } from '../../base/index.ts';
import { attachments, withAttachments } from './attachments.ts';
import type { Message, ToolCall } from './conversation.ts';
import { type ProviderKind, providerKinds } from './providers.ts';

const text = z.string().max(1_000_000);
const schema = z.record(z.string(), z.unknown());

const toolCall = z.looseObject({
  id: z.string().max(200),
  function: z.looseObject({ name: z.string().max(200), arguments: text.default('{}') }),
});

/** A message as OpenAI writes it; content as a list is `user_attachments`' business. */
const message = z.discriminatedUnion('role', [
  z.looseObject({ role: z.literal(['system', 'user']), content: text }),
  z.looseObject({
    role: z.literal('assistant'),
    content: text.nullish(),
    tool_calls: z.array(toolCall).max(1000).nullish(),
  }),
  z.looseObject({ role: z.literal('tool'), tool_call_id: z.string().max(200), content: text }),
]);
const messages = z.array(message).max(1000);

const contextLength = z.int().min(0).max(1000);
const memoryId = z.string().max(255);

const inputs = z.looseObject({
  provider: z.looseObject({
    kind: z.enum(providerKinds),
    model: z.string().min(1).max(200),
    resource: z.string().startsWith('$res:', 'must be $res:<path> of a resource'),
    reasoning_effort: z.string().max(50).nullish(),
  }),
  user_message: text.nullish(),
  system_prompt: text.nullish(),
  output_type: z.enum(['text', 'image']).nullish(),
  output_schema: schema.nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  max_completion_tokens: z.int().min(1).max(1_000_000).nullish(),
  max_iterations: z.int().min(1).max(100).nullish(),
  enabled_tools: z.array(z.string().max(200)).max(1000).nullish(),
  previous_messages: messages.nullish(),
  memory: z
    .discriminatedUnion('kind', [
      z.looseObject({ kind: z.literal('off') }),
      z.looseObject({ kind: z.literal('window'), context_length: contextLength }),
      z.looseObject({
        kind: z.literal('auto'),
        context_length: contextLength.nullish(),
        memory_id: memoryId.nullish(),
      }),
      z.looseObject({ kind: z.literal('manual'), messages }),
    ])
    .nullish(),
  memory_id: memoryId.nullish(),
  user_attachments: attachments.nullish(),
  user_images: attachments.nullish().describe('the older name of user_attachments'),
  streaming: z.boolean().nullish(),
});
type Given = z.output<typeof inputs>;

export interface AgentInputs {
  provider: { kind: ProviderKind; model: string; resource: string };
  opening: Message[];
  /** The memory that it reads and writes, and how many messages of it. */
  memory: { id: string; length: number } | undefined;
  image: boolean;
  stream: boolean;
  outputSchema: Record<string, unknown> | undefined;
  temperature: number | undefined;
  maxTokens: number | undefined;
  effort: string | undefined;
  maxTurns: number;
  enabledTools: readonly string[] | undefined;
}

/** Windmill's default. */
const defaultTurns = 10;

function refused(why: string): AppError {
  return new AppError('unprocessable', `The agent's inputs are not right: ${why}`, {
    hint: 'It takes provider {kind, model, resource: "$res:…"} and user_message at least.',
  });
}

/** A message as it came, without what no provider knows. */
function known(given: z.output<typeof message>): Message {
  const { role, content } = given;
  if (role === 'tool') return { role, content, tool_call_id: given.tool_call_id };
  if (role !== 'assistant') return { role, content };
  const calls = (given.tool_calls ?? []).map(({ id, function: { name, arguments: args } }) => {
    return { id, type: 'function', function: { name, arguments: args } } satisfies ToolCall;
  });
  return { role, content: content ?? null, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
}

/** Without a name or a length there is no memory (Windmill says so too). */
function memoryOf({ memory, memory_id: named }: Given): AgentInputs['memory'] {
  if (memory?.kind !== 'window' && memory?.kind !== 'auto') return undefined;
  const id = (memory.kind === 'auto' && memory.memory_id) || named;
  const length = memory.context_length ?? 0;
  return id && length > 0 ? { id, length } : undefined;
}

function openingOf(given: Given): Message[] {
  const attached = given.user_attachments ?? given.user_images ?? [];
  const asked = given.user_message ?? '';
  const said = given.memory?.kind === 'manual' ? given.memory.messages : given.previous_messages;
  const earlier = memoryOf(given) ? [] : said;
  const hasMessage = asked !== '' || attached.length > 0;
  if (!hasMessage && (earlier ?? []).length === 0) throw refused('user_message: it is empty');
  return [
    ...(given.system_prompt ? [{ role: 'system' as const, content: given.system_prompt }] : []),
    ...(earlier ?? []).map(known),
    ...(hasMessage ? [{ role: 'user' as const, content: withAttachments(asked, attached) }] : []),
  ];
}

/** Reads the inputs of an agent. Throws `unprocessable` with every field that is not right. */
export function readInputs(args: Record<string, unknown>): AgentInputs {
  const parsed = inputs.safeParse(args);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message: said }) => {
      return `${path.map(String).join('.')}: ${said}`;
    });
    throw refused(wrong.join('; '));
  }
  const { data: given } = parsed;
  const image = given.output_type === 'image';
  if (image && given.output_schema) throw refused('output_schema: an image has none');
  if (image && !given.user_message) throw refused('user_message: an image needs one');
  return {
    provider: given.provider,
    opening: openingOf(given),
    memory: memoryOf(given),
    image,
    stream: given.streaming === true,
    outputSchema: given.output_schema ?? undefined,
    temperature: given.temperature ?? undefined,
    maxTokens: given.max_completion_tokens ?? undefined,
    effort: given.provider.reasoning_effort || undefined,
    maxTurns: given.max_iterations ?? defaultTurns,
    enabledTools: given.enabled_tools ?? undefined,
  };
}
