// Conditions: what they look like and what makes them true. Regular expressions are RE2's, whose
// time is linear in the text, because everybody may write one and every call meets it.
import { RE2JS } from 're2js';
import { z } from 'zod';
import { callField, reader } from './field.ts';

const scalar = z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]);
type Scalar = z.output<typeof scalar>;

/** A pattern, or why it is none. */
export function readPattern(text: string): RE2JS | string {
  try {
    return RE2JS.compile(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export const pattern = z
  .string()
  .min(1)
  .max(500)
  .superRefine((text, context) => {
    const read = readPattern(text);
    if (typeof read !== 'string') return;
    const message = `is no RE2 expression (${read}); look-around and back-references do not exist`;
    context.addIssue({ code: 'custom', message });
  })
  .describe('a regular expression as RE2 knows them');

const hour = z.string().regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, 'a time such as 09:30');
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

function isZone(name: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    return timeZone !== '';
  } catch {
    return false;
  }
}

const time = z.strictObject({
  weekdays: z.array(z.enum(weekdays)).min(1).max(7).optional(),
  from: hour.optional(),
  to: hour.optional().describe('not included; before `from` it means the next day'),
  timezone: z
    .string()
    .max(64)
    .refine(isZone, 'is no time zone, such as Europe/Berlin')
    .default('UTC'),
});

const operators = {
  equals: scalar.optional(),
  not_equals: scalar.optional(),
  in: z.array(scalar).min(1).max(200).optional(),
  not_in: z.array(scalar).min(1).max(200).optional(),
  contains: scalar.optional().describe('a part of a text, or an element of a list'),
  matches: pattern.optional(),
  not_matches: pattern.optional(),
  exists: z.boolean().optional().describe('is there, and is not null or empty'),
  gt: z.number().optional(),
  gte: z.number().optional(),
  lt: z.number().optional(),
  lte: z.number().optional(),
  longer_than: z.int().min(0).optional().describe('characters of a text, elements of a list'),
};
type Operators = z.output<z.ZodObject<typeof operators>>;
type Operator = keyof Operators;
const operatorNames = Object.keys(operators) as Operator[];

export interface Condition extends Operators {
  all?: Condition[] | undefined;
  any?: Condition[] | undefined;
  not?: Condition | undefined;
  field?: string | undefined;
  time?: z.output<typeof time> | undefined;
}

export const condition: z.ZodType<Condition> = z.lazy(() =>
  z
    .strictObject({
      all: z.array(condition).min(1).max(20).optional(),
      any: z.array(condition).min(1).max(20).optional(),
      not: condition.optional(),
      field: callField.optional(),
      time: time.optional(),
      ...operators,
    })
    .superRefine((said, context) => {
      const has = operatorNames.some((name) => said[name] !== undefined);
      const asks = [said.all, said.any, said.not, said.time, said.field];
      const message =
        has !== (said.field !== undefined)
          ? 'a field and what it has to be belong together'
          : asks.every((part) => part === undefined)
            ? `says nothing: give a field with ${operatorNames.join(', ')}, or all, any, not, time`
            : undefined;
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    }),
);

/** What a condition is asked about; `tick` throws when the hook's time is up. */
export interface Facts {
  readonly root: Readonly<Record<string, unknown>>;
  readonly now: number;
  tick(): void;
}
export type Test = (facts: Facts) => boolean;

/** Longer texts are looked at up to here. */
const maxLooked = 65_536;
const textOf = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, maxLooked);

const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0);

function contains(value: unknown, part: Scalar): boolean {
  if (Array.isArray(value)) return value.includes(part);
  return typeof value === 'string' && value.slice(0, maxLooked).includes(String(part));
}

const lengthOf = (value: unknown): number =>
  typeof value === 'string' || Array.isArray(value) ? value.length : 0;

type Holds = (value: unknown) => boolean;
const number =
  (test: (value: number) => boolean): Holds =>
  (value) =>
    typeof value === 'number' && test(value);

/** One operator on one value; those that deny are true of what is not there. */
function holder(said: Operators, name: Operator): { denies: boolean; holds: Holds } {
  const positive = (holds: Holds) => ({ denies: false, holds });
  const negative = (holds: Holds) => ({ denies: true, holds });
  const search = (text: string): Holds => {
    const compiled = readPattern(text);
    return (value) => typeof compiled !== 'string' && compiled.test(textOf(value));
  };
  switch (name) {
    case 'equals':
      return positive((value) => value === said.equals);
    case 'not_equals':
      return negative((value) => value === said.not_equals);
    case 'in':
      return positive((value) => said.in?.includes(value as Scalar) ?? false);
    case 'not_in':
      return negative((value) => said.not_in?.includes(value as Scalar) ?? false);
    case 'contains':
      return positive((value) => contains(value, said.contains ?? null));
    case 'matches':
      return positive(search(said.matches ?? ''));
    case 'not_matches':
      return negative(search(said.not_matches ?? ''));
    case 'exists':
      return { denies: said.exists === false, holds: (value) => !isEmpty(value) };
    case 'gt':
      return positive(number((value) => value > (said.gt ?? 0)));
    case 'gte':
      return positive(number((value) => value >= (said.gte ?? 0)));
    case 'lt':
      return positive(number((value) => value < (said.lt ?? 0)));
    case 'lte':
      return positive(number((value) => value <= (said.lte ?? 0)));
    case 'longer_than':
      return positive((value) => lengthOf(value) > (said.longer_than ?? 0));
  }
}

function fieldTest(said: Condition, field: string): Test {
  const read = reader(field);
  const asked = operatorNames
    .filter((name) => said[name] !== undefined)
    .map((name) => holder(said, name));
  return ({ root, tick }) => {
    const values = read(root);
    return asked.every(({ denies, holds }) => {
      const some = values.some((value) => {
        tick();
        return holds(value);
      });
      return some !== denies;
    });
  };
}

function timeTest(said: z.output<typeof time>): Test {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: said.timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const { from = '00:00', to = '24:00' } = said;
  return ({ now }) => {
    const part = Object.fromEntries(
      format.formatToParts(now).map((each) => [each.type, each.value]),
    );
    const weekday = String(part['weekday']).toLowerCase();
    if (said.weekdays && !said.weekdays.some((day) => day === weekday)) return false;
    const at = `${part['hour']}:${part['minute']}`;
    return from <= to ? from <= at && at < to : at >= from || at < to;
  };
}

/** All parts of a condition have to hold. */
export function compileCondition(said: Condition): Test {
  const tests: Test[] = [];
  if (said.all) tests.push(...said.all.map(compileCondition));
  if (said.any) {
    const any = said.any.map(compileCondition);
    tests.push((facts) => any.some((test) => test(facts)));
  }
  if (said.not) {
    const not = compileCondition(said.not);
    tests.push((facts) => !not(facts));
  }
  if (said.time) tests.push(timeTest(said.time));
  if (said.field !== undefined) tests.push(fieldTest(said, said.field));
  const [only] = tests;
  return tests.length === 1 && only ? only : (facts) => tests.every((test) => test(facts));
}
