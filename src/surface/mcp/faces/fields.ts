// Arguments that many endpoint tools share, so that they read the same everywhere.
import { AppError } from '../../../base/index.ts';
import type { Argument } from './endpoint.ts';

type Where = Argument['in'];

export const text = (place: Where, description: string): Argument => ({
  in: place,
  schema: { type: 'string', description },
});

export const flag = (place: Where, description: string): Argument => ({
  in: place,
  schema: { type: 'boolean', description },
});

export const texts = (place: Where, description: string): Argument => ({
  in: place,
  schema: { type: 'array', items: { type: 'string' }, description },
});

export const choice = (
  place: Where,
  choices: readonly string[],
  description: string,
): Argument => ({
  in: place,
  schema: { type: 'string', enum: [...choices], description },
});

export const required = (argument: Argument): Argument => ({ ...argument, required: true });

/** `a, b,c` → `['a', 'b', 'c']`: how Windmill takes lists. */
export const commaList = (place: Where, description: string): Argument => ({
  in: place,
  schema: { type: 'string', description: `${description} Comma list.` },
  read: (value) =>
    String(value)
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
});

function epochMs(value: unknown): number {
  const at = Date.parse(String(value));
  if (Number.isFinite(at)) return at;
  throw new AppError('invalid_input', `"${String(value)}" is no date and time`, {
    hint: 'Give RFC 3339, such as 2026-11-21T14:00:00Z.',
  });
}

export const moment = (place: Where, description: string): Argument => ({
  in: place,
  schema: { type: 'string', format: 'date-time', description },
  read: epochMs,
});

export const paging = {
  page: {
    in: 'query',
    schema: { type: 'number', minimum: 1, description: 'Page, from 1.' },
  },
  per_page: {
    in: 'query',
    schema: { type: 'number', minimum: 1, maximum: 1000, description: 'Rows a page; 30.' },
  },
} as const satisfies Record<string, Argument>;

export const scriptPath = (place: Where): Argument =>
  required(text(place, 'Path of the script, such as f/team/report.'));

export const jobId = (place: Where): Argument =>
  required({
    in: place,
    schema: { type: 'string', format: 'uuid', description: 'Id of the job.' },
  });
