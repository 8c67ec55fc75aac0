// Which jobs are somebody's because they started them; a part of other statements.

/**
 * Does the starter of a row of engine_job, named like $`user`, see it for that? The steps of what an
 * app runs are not theirs: these run with the rights of another, and people see its end. By
 * primary key, for the rows of this user alone.
 */
export const startedBy = (user: string): string =>
  `(created_by = ${user} and not exists (
     select
     from engine_job as top
     where top.id = engine_job.root_job
       and top.trigger_kind = 'app'))`;
