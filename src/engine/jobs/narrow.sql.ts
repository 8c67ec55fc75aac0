// What narrows a list of jobs, as conditions. A text filter may name several values with commas,
// or what is left out with `!` before each of them.
import { type Expression, type SqlBool, sql } from 'kysely';
import { AppError } from '../../base/index.ts';
import type { JobFilters } from './filters.ts';
import type { JobQuery } from './list.sql.ts';

interface Choice {
  values: string[];
  /** These are left out. */
  negated: boolean;
}

function choiceOf(name: string, said: string | readonly string[]): Choice {
  const parts = typeof said === 'string' ? said.split(',') : said;
  const named = parts.map((part) => part.trim()).filter((part) => part !== '');
  const negated = named.filter((part) => part.startsWith('!'));
  if (negated.length > 0 && negated.length < named.length) {
    throw new AppError('invalid_input', `${name} mixes values with and without !.`, {
      hint: 'Put ! before each value to leave them out, or before none.',
    });
  }
  const values = named.map((part) => part.replace(/^!/, '').trim());
  return { values, negated: negated.length > 0 };
}

type Condition = Expression<SqlBool>;

const unless = (negated: boolean, condition: Condition): Condition =>
  negated ? sql<SqlBool>`(${condition}) is not true` : condition;

/** `a*c` as a pattern of LIKE; everything but the stars stands for itself. */
const patternOf = (value: string): string =>
  value.replaceAll(/[\\%_]/g, String.raw`\$&`).replaceAll('*', '%');

type Column = 'created_by' | 'path' | 'kind' | 'tag' | 'worker' | 'trigger_kind' | 'schedule_path';

/** One of the values; with wildcards, like one of them. */
function oneOf(column: Column, { values, negated }: Choice, wildcards: boolean): Condition {
  const ref = sql.ref(column);
  const starred = wildcards && values.some((value) => value.includes('*'));
  const found = starred
    ? sql<SqlBool>`${ref} like any (${values.map(patternOf)}::text[])`
    : sql<SqlBool>`${ref} = any (${values}::text[])`;
  return unless(negated, found);
}

function chosen(filters: JobFilters): Condition[] {
  const { allowWildcards: wildcards } = filters;
  const columns: [name: keyof JobFilters, column: Column, wildcards: boolean][] = [
    ['createdBy', 'created_by', false],
    ['scriptPathExact', 'path', false],
    ['jobKinds', 'kind', false],
    ['tag', 'tag', wildcards],
    ['worker', 'worker', wildcards],
    ['triggerKind', 'trigger_kind', false],
    ['schedulePath', 'schedule_path', false],
  ];
  return columns.flatMap(([name, column, starred]) => {
    const said = filters[name] as string | string[] | undefined;
    return said === undefined ? [] : [oneOf(column, choiceOf(name, said), starred)];
  });
}

function byStart(said: string): Condition {
  const { values, negated } = choiceOf('scriptPathStart', said);
  const patterns = values.map((value) => `${value.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`);
  // `starts_with` takes one text; LIKE takes them all.
  return unless(negated, sql<SqlBool>`path like any (${patterns}::text[])`);
}

function byLabel(said: string, wildcards: boolean): Condition {
  const { values, negated } = choiceOf('label', said);
  const starred = wildcards && values.some((value) => value.includes('*'));
  const found = starred
    ? sql<SqlBool>`exists (
        select 1
        from unnest(labels) as label
        where label like any (${values.map(patternOf)}::text[]))`
    : sql<SqlBool>`labels && ${values}::text[]`;
  return unless(negated, found);
}

/** Windmill's broad search: a part of any of these, whatever its case. */
function byAnything(said: string): Condition {
  const like = `%${said.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return sql<SqlBool>`(path ilike ${like} or tag ilike ${like} or schedule_path ilike ${like}
    or trigger_kind ilike ${like}
    or exists (select 1 from unnest(labels) as label where label ilike ${like}))`;
}

const ends: Readonly<Record<string, Condition>> = {
  success: sql<SqlBool>`finished and success and not is_skipped`,
  failure: sql<SqlBool>`finished and not success and not canceled`,
  canceled: sql<SqlBool>`finished and canceled`,
  skipped: sql<SqlBool>`finished and is_skipped`,
};

/** `started_at`, `created_at` … against the bounds that were given. */
function inTime(filters: JobFilters, now: number): Condition[] {
  const bounds: [bound: number | undefined, condition: (at: number) => Condition][] = [
    [filters.startedBefore, (at) => sql<SqlBool>`started_at < ${at}`],
    [filters.startedAfter, (at) => sql<SqlBool>`started_at > ${at}`],
    [filters.createdBefore, (at) => sql<SqlBool>`created_at < ${at}`],
    [filters.createdAfter, (at) => sql<SqlBool>`created_at > ${at}`],
    [filters.completedBefore, (at) => sql<SqlBool>`completed_at < ${at}`],
    [filters.completedAfter, (at) => sql<SqlBool>`completed_at > ${at}`],
    [filters.createdBeforeQueue, (at) => sql<SqlBool>`(finished or created_at < ${at})`],
    [filters.createdAfterQueue, (at) => sql<SqlBool>`(finished or created_at > ${at})`],
  ];
  const given = bounds.flatMap(([at, condition]) => (at === undefined ? [] : [condition(at)]));
  const { dueOnly, endedWithinSecs: within } = filters;
  if (within !== undefined) given.push(sql<SqlBool>`completed_at > ${now - within * 1000}`);
  if (dueOnly === undefined) return given;
  return [...given, unless(!dueOnly, sql<SqlBool>`scheduled_for <= ${now}`)];
}

/** What a filter that is yes or no asks for; absent ones ask for nothing. */
function flags(filters: JobFilters): Condition[] {
  const rows: [said: boolean | undefined, condition: Condition][] = [
    [filters.success, sql<SqlBool>`success`],
    [filters.running, sql<SqlBool>`running`],
    [filters.isFlowStep, sql<SqlBool>`is_flow_step`],
    [filters.isSkipped, sql<SqlBool>`is_skipped`],
    [filters.resolved, sql<SqlBool>`resolved_at is not null`],
    [filters.suspended, sql<SqlBool>`coalesce(suspend, 0) > 0`],
    [filters.hasNullParent, sql<SqlBool>`parent_job is null`],
    [filters.isNotSchedule, sql<SqlBool>`schedule_path is null`],
    [filters.hasEntrypoint, sql<SqlBool>`args -> '_ENTRYPOINT_OVERRIDE' is not null`],
  ];
  return rows.flatMap(([said, condition]) => {
    if (said === undefined) return [];
    return [said ? condition : sql<SqlBool>`not (${condition})`];
  });
}

const asJson = (value: unknown): string => JSON.stringify(value);

export function narrowed(query: JobQuery, filters: JobFilters, now: number): JobQuery {
  const { scriptHash, parentJob, concurrencyKey, status, args, result } = filters;
  const { scriptPathStart, label, broadFilter, allowWildcards } = filters;
  const conditions = [...chosen(filters), ...inTime(filters, now), ...flags(filters)];
  const add = (condition: Condition): number => conditions.push(condition);
  if (scriptHash !== undefined) add(sql<SqlBool>`hash = ${scriptHash}`);
  if (parentJob !== undefined) add(sql<SqlBool>`parent_job = ${parentJob}`);
  if (concurrencyKey !== undefined) add(sql<SqlBool>`concurrency_key = ${concurrencyKey}`);
  if (status !== undefined && ends[status]) add(ends[status]);
  if (scriptPathStart !== undefined) add(byStart(scriptPathStart));
  if (label !== undefined) add(byLabel(label, allowWildcards));
  if (broadFilter !== undefined) add(byAnything(broadFilter));
  if (args !== undefined) add(sql<SqlBool>`args::jsonb @> ${asJson(args)}::jsonb`);
  if (result !== undefined) add(sql<SqlBool>`result::jsonb @> ${asJson(result)}::jsonb`);
  return conditions.reduce((rows, condition) => rows.where(condition), query);
}
