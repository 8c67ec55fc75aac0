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

/** Taken and passed on, but not listed. */
export const unlisted = (argument: Argument): Argument => ({ ...argument, hidden: 'passed' });

/** Has nothing to act on here, whatever it says. */
export const ignored = (place: Where): Argument => ({
  in: place,
  schema: { type: 'boolean' },
  hidden: 'ignored',
});

/** Only what is so anyway is taken: false, or the one value that there is. */
export const only = (place: Where, accepted: unknown, why: string): Argument => ({
  in: place,
  schema: { const: accepted },
  hidden: 'ignored',
  read(value) {
    if (value === accepted) return value;
    throw new AppError('not_implemented', `Not built: ${why}.`, {
      hint: `Leave the argument out; ${JSON.stringify(accepted)} alone is accepted.`,
    });
  },
});

/** What all lists of items take beside their filters: there are no drafts on the server. */
export const listing = {
  include_draft_only: ignored('query'),
  with_deployment_msg: ignored('query'),
} as const satisfies Record<string, Argument>;

/** What all reads of an item take beside its path. */
export const reading = {
  get_draft: ignored('query'),
} as const satisfies Record<string, Argument>;

/** What scripts, flows and apps take, which people may star. */
export const starred = {
  list: {
    ...listing,
    starred_only: flag('query', 'Only those that you starred.'),
    dedicated_worker: only('query', false, 'dedicated workers'),
  },
  read: { ...reading, with_starred_info: unlisted(flag('query', 'Also whether you starred it.')) },
} as const satisfies Record<string, Record<string, Argument>>;

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
