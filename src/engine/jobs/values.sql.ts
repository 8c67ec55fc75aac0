// The SQL of arguments and results by themselves: whole, one part of them, or a page of their text.
import { statement } from '../../store/index.ts';

/** $3: the arguments, else the result; $4: where in them, as names and indexes. */
const asked = `case when $3 then args else result end`;
const part = `case when cardinality($4::text[]) = 0 then ${asked} else ${asked} #> $4::text[] end`;

/** By primary key; a job that is not over has no result. */
export const selectValue = statement(
  'job.value',
  `select ${part} as value
   from engine_job
   where id = $1
     and workspace = $2
     and ($3 or finished)`,
);

/** The same as JSON text: $6 bytes of it from $5 on. Only these leave the database. */
export const selectValuePage = statement(
  'job.value_page',
  `select substring(text from $5::int + 1 for $6::int) as page, octet_length(text) as "totalBytes"
   from (
     select convert_to((${part})::text, 'UTF8') as text
     from engine_job
     where id = $1
       and workspace = $2
       and ($3 or finished)
     offset 0
   ) as value`,
);

/** What stands in place of values that no answer about a job carries whole; Windmill's words. */
const tooBig = 'WINDMILL_TOO_BIG';

/** A result of one script always fits (`maxResultBytes`); those of loops may not. */
export const shownResult = `case when octet_length(result::text) > 2000000
       then '"${tooBig}"'::json else result end as result`;

/** In a list there may be a hundred of them. */
export const shownArgs = (maxBytes: number): string =>
  `case when octet_length(args::text) > ${maxBytes}
       then '{"reason": "${tooBig}"}'::json else args end as args`;
