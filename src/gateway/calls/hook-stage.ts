// The stage of hooks: what they change is checked as if it had come in that way, and the calls that
// they chain are new ones through the door, for the same person, with rows of their own.
import { AppError, newId } from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';
import type { AfterOutcome, HookDecision, Hooks, HookView } from '../hooks/index.ts';
import { checkedParams } from './check.ts';
import type { Flight, Stage } from './flight.ts';

/** A chained call may chain another one, and that one a last. */
const maxDepth = 3;
const maxNoted = 200;

/** Makes a call of an operation through the door. */
export type Invoke = (call: Call, name: string, input: unknown) => Promise<unknown>;

export interface HookStageDeps {
  hooks: Pick<Hooks, 'before' | 'after'>;
  invoke: Invoke;
}

function viewOf({ call, workspace, subject, service, action, params }: Flight): HookView {
  const { name } = service.declaration;
  const { delegation, jobId } = call.caller;
  const ofJob = jobId === null ? null : `job ${jobId}`;
  return {
    callId: call.id,
    workspace,
    subject,
    actor: delegation?.actor ?? ofJob,
    delegation: delegation && { grantId: delegation.grantId, jobId: delegation.jobId },
    service: name,
    tool: toolOf(name, action.class === 'read'),
    action: action.name,
    class: action.class,
    params,
    signal: call.signal,
  };
}

const toolOf = (service: string, reads: boolean): string =>
  `${service}_${reads ? 'read' : 'write'}_actions`;

type FollowUp = AfterOutcome['followUps'][number];

/** What became of the call that `hook` chained; it never harms the one that it follows. */
async function follow(
  { setup, call }: Flight,
  { hook, service, action, params }: FollowUp,
  invoke: Invoke,
): Promise<string> {
  const says = (what: string): string => `The hook ${hook} wanted ${service} ${action}: ${what}`;
  if (call.depth >= maxDepth) return says(`not done, because ${maxDepth} calls led here already.`);
  const known = setup.services.get(service)?.actions.get(action);
  const reads = known?.class === 'read';
  const { interactive, ...rest } = call;
  const chained: Call = {
    ...rest,
    id: newId(),
    causedBy: call.id,
    depth: call.depth + 1,
    // Consent is asked for anew: that for the first call is spent.
    ...(interactive && { interactive: { tool: toolOf(service, reads) } }),
  };
  try {
    const operation = reads ? 'services.read' : 'services.write';
    await invoke(chained, operation, { service, action, params });
    return says('done.');
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return says(`${error.message} ${error.hint ?? ''}`.trim());
  }
}

/** Which hooks changed, asked, warned or refused, for the row of the call. */
function note({ notes }: Flight, decisions: readonly HookDecision[]): void {
  const said = decisions.filter(({ decision }) => decision !== 'allow').map(({ hook }) => hook);
  const known = notes.hook === undefined ? [] : [notes.hook];
  if (said.length > 0) notes.hook = [...known, ...said].join(', ').slice(0, maxNoted);
}

/** A refusal names its hook. */
async function noted<Said extends { decisions: HookDecision[] }>(
  flight: Flight,
  asking: Promise<Said>,
): Promise<Said> {
  try {
    const said = await asking;
    note(flight, said.decisions);
    return said;
  } catch (error) {
    const hook = error instanceof AppError ? error.details?.['hook'] : undefined;
    if (typeof hook === 'string') flight.notes.hook = hook;
    throw error;
  }
}

/** Around everything that asks the person and goes out. */
export function hookStage({ hooks, invoke }: HookStageDeps): Stage {
  return async (flight, next) => {
    const before = await noted(flight, hooks.before(viewOf(flight)));
    if (before.params !== flight.params) {
      flight.params = await checkedParams(flight.action, before.params);
    }
    if (before.confirm !== undefined) flight.confirm = before.confirm;
    const said = [...before.warnings, ...before.notes];
    const result = await next();
    const { value, notes } = result;
    if (flight.wanted.dryRun) return { value, notes: [...said, ...notes] };
    const after = await noted(flight, hooks.after(viewOf(flight), value));
    const followed: string[] = [];
    for (const wanted of after.followUps) followed.push(await follow(flight, wanted, invoke));
    const all = [...said, ...notes, ...after.warnings, ...after.notes, ...followed];
    return { ...result, value: after.result, notes: all };
  };
}
