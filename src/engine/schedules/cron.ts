// Cron expressions with time zones: reads, refuses, and says when the next ticks are. Croner does
// the calendar; a fixed time in a daylight-saving gap runs right after the gap, one that comes
// twice runs once, and intervals follow the time that passes.
import { Cron } from 'croner';
import { AppError, nearest } from '../../base/index.ts';

export interface CronText {
  /** Six fields, seconds first; five get a second of 0. */
  schedule: string;
  /** IANA name. */
  timezone: string;
  /** Windmill's parsers: `v1` counts weekdays from Sunday = 1, `v2` as everybody else. */
  cronVersion?: string | null | undefined;
}

export interface Ticks {
  /** The expression with its six fields. */
  schedule: string;
  /** The first tick after `at`, epoch milliseconds; undefined when there is none any more. */
  next(at: number): number | undefined;
  upcoming(at: number, count: number): number[];
}

const fieldNames = 'second minute hour day-of-month month day-of-week';

function wrong(schedule: string, why: string): AppError {
  return new AppError('invalid_input', `The cron expression "${schedule}" ${why}.`, {
    hint:
      `Write six fields: ${fieldNames}, such as "0 30 8 * * MON-FRI" for half past eight on ` +
      'working days. Names, lists, ranges, steps, L, W and # are taken.',
  });
}

function fieldsOf({ schedule, cronVersion }: CronText): string {
  const fields = schedule.trim().split(/\s+/);
  if (fields.length === 5) fields.unshift('0');
  if (fields.length !== 6) throw wrong(schedule, `has ${fields.length} fields instead of six`);
  const [, , , dayOfMonth, , dayOfWeek = ''] = fields;
  const free = dayOfMonth === '*' || dayOfMonth === '?';
  if (cronVersion === 'v1' && (/\d/.test(dayOfWeek) || (!free && !/^[*?]$/.test(dayOfWeek)))) {
    throw new AppError('invalid_input', 'Weekdays of cron_version v1 are counted differently.', {
      hint: 'Write names of days (MON, TUE), one day field only, or use cron_version v2.',
    });
  }
  return fields.join(' ');
}

function assertTimezone(timezone: string): void {
  try {
    if (!/^[A-Za-z]/.test(timezone)) throw new RangeError('no name');
    Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    const similar = nearest(timezone, Intl.supportedValuesOf('timeZone'));
    const guess = similar === undefined ? '' : `Did you mean ${similar}? `;
    throw new AppError('invalid_input', `There is no time zone "${timezone}".`, {
      hint: `${guess}Give an IANA name such as Europe/Paris or UTC.`,
    });
  }
}

/** Croner's sentence without its class; it quotes nothing but the expression. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [first = ''] = message.replace(/^Cron\w+: /, '').split(/[.\n]/);
  return `${first.charAt(0).toLowerCase()}${first.slice(1)}`;
}

/** Throws `invalid_input` that says what is wrong and what is accepted. */
export function readCron(text: CronText): Ticks {
  assertTimezone(text.timezone);
  const schedule = fieldsOf(text);
  let cron: Cron;
  try {
    cron = new Cron(schedule, { timezone: text.timezone, mode: '6-part', paused: true });
  } catch (error) {
    throw wrong(text.schedule, `cannot be read: ${reasonOf(error)}`);
  }
  const next = (at: number): number | undefined => cron.nextRun(new Date(at))?.getTime();
  return {
    schedule,
    next,
    upcoming: (at, count) => cron.nextRuns(count, new Date(at)).map((date) => date.getTime()),
  };
}

/** The same, and refuses what never comes after `at`, such as 30 February. */
export function readLiveCron(text: CronText, at: number): Ticks {
  const ticks = readCron(text);
  if (ticks.next(at) === undefined) {
    throw wrong(text.schedule, 'never comes: no calendar has such a day');
  }
  return ticks;
}
