// Which jobs are somebody's because they started them; a part of other statements.

/**
 * Does whoever started a row of engine_job (`user`, in the words of the statement) see it for that?
 * The steps of what an app runs are not theirs: these run with the rights of another, and people
 * see the end of the whole. By primary key, for the rows of this user alone; with `exists` the
 * planner may scan the whole table instead.
 */
export const startedBy = (user: string): string =>
  `(created_by = ${user} and (
     select top.trigger_kind
     from engine_job as top
     where top.id = engine_job.root_job) is distinct from 'app')`;
