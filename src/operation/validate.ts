// Parses input at the edge. A refusal names the field, what was given and what is accepted.
import type { z } from 'zod';
import { AppError, cutBytes } from '../base/index.ts';

function given(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 80 ? `${cutBytes(text, 80)}…` : text;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const key of path) {
    if (current === null || typeof current !== 'object') return undefined;
    current = (current as Record<PropertyKey, unknown>)[key];
  }
  return current;
}

/** A field whose value may not be repeated in an error, because it may be a secret. */
const secretField = /password|current|prefix|token|secret|value|code|content/i;

/** Throws `invalid_input` with one sentence for each problem (five at most). */
export function validate<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, 5).map((issue) => {
    const field = issue.path.map(String).join('.');
    const shown =
      issue.code === 'unrecognized_keys' || secretField.test(field)
        ? ''
        : ` (given: ${given(at(value, issue.path))})`;
    return `${field === '' ? 'input' : field}: ${issue.message}${shown}`;
  });
  throw new AppError('invalid_input', problems.join('; '), {
    hint: 'GET /api/openapi.json describes every operation and its fields.',
    details: { fields: result.error.issues.slice(0, 20).map((issue) => issue.path.join('.')) },
  });
}
