// What an expression sees: results, inputs and the step before, as JSON text, and only what it
// names, because a flow's results can be large.
import { disapproved, timedOut } from './machine.ts';
import type { FlowRun, GivenAnswer, Runs } from './runs.ts';
import { jobsOf } from './state.ts';

export type Scope = Record<string, string>;

/** Does any of them name `name`? Too often rather than too seldom. */
export function mentions(expressions: readonly string[], name: string): boolean {
  const pattern = new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$&')}(?![\\w$])`);
  return expressions.some((expr) => pattern.test(expr));
}

/** The result of a step as JSON text: of its job, or of all its jobs in order. */
export async function resultOfStep(runs: Runs, run: FlowRun, step: number): Promise<string> {
  const status = run.state.status.modules[step];
  if (!status) return 'null';
  const jobs = jobsOf(status);
  const results = await runs.results(run, jobs);
  const texts = jobs.map((job) => results.get(job)?.resultJson ?? 'null');
  return status.flow_jobs ? `[${texts.join(',')}]` : (texts[0] ?? 'null');
}

/** What the step before left; the input for the first one, the outer step before in a branch. */
export async function previousResult(runs: Runs, run: FlowRun, step: number): Promise<string> {
  if (step > 0) return resultOfStep(runs, run, step - 1);
  const outer = await outerOf(runs, run);
  if (!outer || 'iter' in run.row.args) return JSON.stringify(run.row.args);
  return previousResult(runs, outer, outer.state.status.step);
}

/** The run around an iteration or a branch; a flow called by its path sees nothing outside. */
async function outerOf(runs: Runs, run: FlowRun): Promise<FlowRun | undefined> {
  const { flowNode, parentJob } = run.row;
  return flowNode === null || parentJob === null ? undefined : runs.get(parentJob);
}

/**
 * The job that ran before iteration `index` of the while-loop where `run` stands: what its steps
 * left is what they carry on with (Windmill's rule).
 */
function turnBefore(run: FlowRun | undefined, iter: unknown): string | undefined {
  const step = run?.state.status.step ?? 0;
  const { index } = (iter ?? {}) as { index?: unknown };
  const isWhile = run?.flow.modules[step]?.value.type === 'whileloopflow';
  if (!isWhile || typeof index !== 'number') return undefined;
  return run.state.status.modules[step]?.flow_jobs?.[index - 1];
}

/** `results`, as far as the expressions name its ids. */
async function resultsJson(
  runs: Runs,
  run: FlowRun,
  { expressions, more }: { expressions: readonly string[]; more: Scope },
): Promise<string> {
  const found = new Map<string, string>();
  const wants = (id: string): boolean => !found.has(id) && mentions(expressions, id);

  async function takeFrom(at: FlowRun | undefined): Promise<void> {
    for (const [step, { id, type }] of at?.state.status.modules.entries() ?? []) {
      const over = ['Success', 'Failure', 'WaitingForEvents'].includes(type);
      if (at && over && wants(id)) found.set(id, await resultOfStep(runs, at, step));
    }
  }

  if (more['flow_input'] !== undefined) {
    // A body of one step has no run of its own.
    const { value } = run.flow.modules[run.state.status.step] ?? {};
    const id = value?.type === 'whileloopflow' ? value.modules[0]?.id : undefined;
    const last = turnBefore(run, (JSON.parse(more['flow_input']) as { iter?: unknown }).iter);
    const result = last === undefined ? undefined : (await runs.results(run, [last])).get(last);
    if (id !== undefined && result && wants(id)) found.set(id, result.resultJson);
  }
  for (let at: FlowRun | undefined = run; at;) {
    await takeFrom(at);
    const outer: FlowRun | undefined = await outerOf(runs, at);
    const last = turnBefore(outer, at.row.args['iter']);
    if (last !== undefined) await takeFrom(await runs.get(last));
    at = outer;
  }
  const parts = [...found].map(([id, json]) => `${JSON.stringify(id)}:${json}`);
  return `{${parts.join(',')}}`;
}

type Said = Pick<GivenAnswer, 'payload' | 'approver'>;

/**
 * The answers to the last approval before `step`, here or around. A refusal and a timeout after
 * which the flow went on read as an error (Windmill's rule).
 */
async function answersBefore(runs: Runs, run: FlowRun, step: number): Promise<Said[]> {
  const { state, row } = run;
  const asked = state.status.modules.slice(0, step).findLast(({ approvers }) => approvers);
  if (!asked) {
    const outer = await outerOf(runs, run);
    return outer ? answersBefore(runs, outer, outer.state.status.step) : [];
  }
  const given = await runs.answers([row.id, ...(state.lineage ?? [])], asked.id);
  const said = given.map(({ approved, approver, payload }) =>
    approved ? { approver, payload } : { approver, payload: { error: disapproved(approver) } },
  );
  const late = state.unanswered?.includes(asked.id);
  return late ? [...said, { approver: '', payload: { error: timedOut } }] : said;
}

/** The names of a step's expressions; `more` are those of the moment, such as `result`. */
export async function scopeOf(
  runs: Runs,
  run: FlowRun,
  how: { step: number; expressions: readonly string[]; more?: Scope },
): Promise<Scope> {
  const { expressions, more = {} } = how;
  const input = more['flow_input'] ?? JSON.stringify(run.row.args);
  const approvalBefore = (): Promise<Said[]> => answersBefore(runs, run, how.step);
  const makers: Record<string, () => string | Promise<string>> = {
    flow_input: () => input,
    iter: () => JSON.stringify((JSON.parse(input) as { iter?: unknown }).iter ?? null),
    results: () => resultsJson(runs, run, { expressions, more }),
    previous_result: () => previousResult(runs, run, how.step),
    flow_env: () => JSON.stringify(run.source.value.flow_env ?? {}),
    resumes: async () => JSON.stringify((await approvalBefore()).map(({ payload }) => payload)),
    resume: async () => JSON.stringify((await approvalBefore()).at(-1)?.payload ?? null),
    approvers: async () => JSON.stringify((await approvalBefore()).map(({ approver }) => approver)),
  };
  const scope: Scope = {};
  for (const [name, make] of Object.entries(makers)) {
    if (mentions(expressions, name)) scope[name] = await make();
  }
  for (const [name, json] of Object.entries(more)) {
    if (mentions(expressions, name)) scope[name] = json;
  }
  return scope;
}
