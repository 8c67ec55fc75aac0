// The providers of models: which protocol each kind speaks, where, and what it can do beyond text.
import { AppError } from '../../base/index.ts';

export interface Kind {
  dialect: 'openai' | 'anthropic';
  address: string | undefined;
  /** It searches the web by itself. */
  searches?: boolean;
  /** It can answer with an image. */
  draws?: boolean;
}

const kinds = {
  openai: {
    dialect: 'openai',
    address: 'https://api.openai.com/v1',
    searches: true,
    draws: true,
  },
  anthropic: { dialect: 'anthropic', address: 'https://api.anthropic.com/v1', searches: true },
  mistral: { dialect: 'openai', address: 'https://api.mistral.ai/v1' },
  deepseek: { dialect: 'openai', address: 'https://api.deepseek.com/v1' },
  googleai: {
    dialect: 'openai',
    address: 'https://generativelanguage.googleapis.com/v1beta/openai',
  },
  groq: { dialect: 'openai', address: 'https://api.groq.com/openai/v1' },
  openrouter: {
    dialect: 'openai',
    address: 'https://openrouter.ai/api/v1',
    searches: true,
    draws: true,
  },
  togetherai: { dialect: 'openai', address: 'https://api.together.xyz/v1' },
  customai: { dialect: 'openai', address: undefined },
} as const;

export type ProviderKind = keyof typeof kinds;
export const providerKinds = Object.keys(kinds) as [ProviderKind, ...ProviderKind[]];

export interface Provider {
  kind: ProviderKind;
  dialect: Kind['dialect'];
  /** Without a slash at the end. */
  address: string;
  apiKey: string;
  organization: string | undefined;
  model: string;
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The provider that a resource describes. Throws `unprocessable` that says what is missing. */
export function providerOf(kind: ProviderKind, model: string, resource: unknown): Provider {
  const value = (typeof resource === 'object' && resource !== null ? resource : {}) as Record<
    string,
    unknown
  >;
  const apiKey = text(value['api_key']) ?? text(value['apiKey']);
  if (apiKey === undefined) {
    throw new AppError('unprocessable', 'The resource of the provider has no API key.', {
      hint: 'Give it a field api_key, best as $var:<path of a secret>.',
    });
  }
  const { dialect, address: usual }: Kind = kinds[kind];
  const address = text(value['base_url']) ?? text(value['baseUrl']) ?? usual;
  if (address === undefined) {
    throw new AppError('unprocessable', `A provider of the kind ${kind} needs an address.`, {
      hint: 'Give its resource a field base_url, such as https://models.example.com/v1.',
    });
  }
  const organization = text(value['organization_id']);
  return { kind, dialect, address: address.replace(/\/+$/, ''), apiKey, organization, model };
}

const able = (ability: 'searches' | 'draws'): string =>
  providerKinds.filter((kind) => (kinds[kind] as Kind)[ability]).join(', ');

/** Throws `unprocessable` when a provider of this kind cannot do what the agent asks for. */
export function assertAble(kind: ProviderKind, asked: { search: boolean; image: boolean }): void {
  const of: Kind = kinds[kind];
  if (asked.search && !of.searches) {
    throw new AppError('unprocessable', `A provider of the kind ${kind} has no web search.`, {
      hint: `These have: ${able('searches')}. Or give the agent a script that searches.`,
    });
  }
  if (asked.image && !of.draws) {
    throw new AppError('unprocessable', `A provider of the kind ${kind} gives no images.`, {
      hint: `output_type "image" works with: ${able('draws')}.`,
    });
  }
}
