// What the dialects of model providers have in common.
import { AppError } from '../../base/index.ts';

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
