// What an agent step is given, once its transforms are worked out. Fields that would change the
// answer and are not built are refused, never passed over.
import { z } from 'zod';
import { AppError } from '../../base/index.ts';
import type { Message } from './conversation.ts';

/** The protocol that each kind of provider speaks, and where it answers by default. */
const providers = {
  openai: { dialect: 'openai', address: 'https://api.openai.com/v1' },
  anthropic: { dialect: 'anthropic', address: 'https://api.anthropic.com/v1' },
  mistral: { dialect: 'openai', address: 'https://api.mistral.ai/v1' },
  deepseek: { dialect: 'openai', address: 'https://api.deepseek.com/v1' },
  googleai: {
    dialect: 'openai',
    address: 'https://generativelanguage.googleapis.com/v1beta/openai',
  },
  groq: { dialect: 'openai', address: 'https://api.groq.com/openai/v1' },
  openrouter: { dialect: 'openai', address: 'https://openrouter.ai/api/v1' },
  togetherai: { dialect: 'openai', address: 'https://api.together.xyz/v1' },
  customai: { dialect: 'openai', address: undefined },
} as const;

export type ProviderKind = keyof typeof providers;
const providerKinds = Object.keys(providers) as ProviderKind[];

export interface Provider {
  kind: ProviderKind;
  dialect: 'openai' | 'anthropic';
  /** Without a slash at the end. */
  address: string;
  apiKey: string;
  organization: string | undefined;
  model: string;
}

const resourceValue = z.looseObject({
  api_key: z.string().optional(),
  apiKey: z.string().optional(),
  base_url: z.string().nullish(),
  baseUrl: z.string().nullish(),
  organization_id: z.string().nullish(),
});

/** The provider that a resource describes. Throws `unprocessable` that says what is missing. */
export function providerOf(kind: ProviderKind, model: string, resource: unknown): Provider {
  const parsed = resourceValue.safeParse(resource);
  const value = parsed.data;
  const apiKey = value?.api_key ?? value?.apiKey;
  if (!value || !apiKey) {
    throw new AppError('unprocessable', 'The resource of the provider has no API key.', {
      hint: 'Give it a field api_key, best as $var:<path of a secret>.',
    });
  }
  const { dialect, address: usual } = providers[kind];
  const address = value.base_url || value.baseUrl || usual;
  if (!address) {
    throw new AppError('unprocessable', `A provider of the kind ${kind} needs an address.`, {
      hint: 'Give its resource a field base_url, such as https://models.example.com/v1.',
    });
  }
  const organization = value.organization_id || undefined;
  return { kind, dialect, address: address.replace(/\/+$/, ''), apiKey, organization, model };
}

const text = z.string().max(1_000_000);
const schema = z.record(z.string(), z.unknown());

const message = z.discriminatedUnion('role', [
  z.looseObject({ role: z.literal(['system', 'user']), content: text }),
  z.looseObject({ role: z.literal('assistant'), content: text }),
]);

const inputs = z.looseObject({
  provider: z.looseObject({
    kind: z.enum(providerKinds as [ProviderKind, ...ProviderKind[]]),
    model: z.string().min(1).max(200),
    resource: z.string().startsWith('$res:', 'must be $res:<path> of a resource'),
  }),
  user_message: text.min(1),
  system_prompt: text.nullish(),
  output_type: z.literal('text', 'only text is built').nullish(),
  output_schema: schema.nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  max_completion_tokens: z.int().min(1).max(1_000_000).nullish(),
  max_iterations: z.int().min(1).max(100).nullish(),
  enabled_tools: z.array(z.string().max(200)).max(1000).nullish(),
  previous_messages: z.array(message).max(1000).nullish(),
  memory: z
    .union([
      z.looseObject({ kind: z.literal('off') }),
      z.looseObject({ kind: z.literal('manual'), messages: z.array(message).max(1000) }),
    ])
    .nullish(),
  user_attachments: z.array(z.unknown()).max(0, 'attachments are not built').nullish(),
});

export interface AgentInputs {
  provider: { kind: ProviderKind; model: string; resource: string };
  opening: Message[];
  outputSchema: Record<string, unknown> | undefined;
  temperature: number | undefined;
  maxTokens: number | undefined;
  maxTurns: number;
  enabledTools: readonly string[] | undefined;
}

/** Windmill's default. */
const defaultTurns = 10;

/** Reads the inputs of an agent. Throws `unprocessable` with every field that is not right. */
export function readInputs(args: Record<string, unknown>): AgentInputs {
  const parsed = inputs.safeParse(args);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message: said }) => {
      return `${path.map(String).join('.')}: ${said}`;
    });
    throw new AppError('unprocessable', `The agent's inputs are not right: ${wrong.join('; ')}`, {
      hint: 'It takes provider {kind, model, resource: "$res:…"} and user_message at least.',
    });
  }
  const { data } = parsed;
  const earlier = data.memory?.kind === 'manual' ? data.memory.messages : data.previous_messages;
  const opening: Message[] = [
    ...(data.system_prompt ? [{ role: 'system' as const, content: data.system_prompt }] : []),
    ...(earlier ?? []).map(({ role, content }) => ({ role, content })),
    { role: 'user', content: data.user_message },
  ];
  return {
    provider: data.provider,
    opening,
    outputSchema: data.output_schema ?? undefined,
    temperature: data.temperature ?? undefined,
    maxTokens: data.max_completion_tokens ?? undefined,
    maxTurns: data.max_iterations ?? defaultTurns,
    enabledTools: data.enabled_tools ?? undefined,
  };
}
