// What the dialects of model providers have in common.
import { AppError } from '../../base/index.ts';
import type { Provider } from './providers.ts';

/** A POST of JSON. */
export interface ModelRequest {
  address: string;
  headers: Record<string, string>;
  body: object;
}

/** A provider's answer without the part that matters. */
export function unreadable(missing: string): AppError {
  return new AppError('unprocessable', `The model's answer has no ${missing}.`, {
    hint: 'Check that the address of the provider speaks the protocol of its kind.',
  });
}

/** How OpenAI knows who asks. */
export function openaiHeaders({ apiKey, organization }: Provider): Record<string, string> {
  return {
    authorization: `Bearer ${apiKey}`,
    ...(organization ? { 'openai-organization': organization } : {}),
  };
}
