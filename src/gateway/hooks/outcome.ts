// What follows from what hooks say, one after the other: which answers bind, which only warn, and
// which failures refuse the call. Pure.
import { AppError } from '../../base/index.ts';
import { refusal } from '../reasons.ts';
import type { Phase } from './definition.ts';
import type { Judgement } from './judge.ts';
import type { LoadedHook, Scope } from './loaded.ts';
import type { Answer, FollowUp } from './step.ts';

export const decisions = [
  'allow',
  'confirm',
  'deny',
  'failed',
  'modify',
  'not_asked',
  'warn',
] as const;

/** What one hook did, for audit rows and the tester. */
export interface Decision {
  hook: string;
  scope: Scope;
  decision: (typeof decisions)[number];
  durationMs: number;
  /** May hold what the call holds: for the person who called, never for logs and audit rows. */
  reason: string | null;
}

export interface Standing {
  params: Record<string, unknown>;
  result: unknown;
  notes: string[];
  warnings: string[];
  confirm: string | undefined;
  followUps: (FollowUp & { hook: string })[];
  decisions: Decision[];
  refused: AppError | undefined;
}

/** Personal hooks warn, and so does what is only tried out. */
const binds = ({ scope, definition }: LoadedHook): boolean =>
  scope !== 'personal' && definition.mode !== 'permissive';

const failsClosed = ({ scope, purpose, definition }: LoadedHook): boolean =>
  scope !== 'personal' && purpose === 'policy' && definition.mode === 'enforce';

const aboutHook = (hook: LoadedHook): string =>
  hook.scope === 'builtin'
    ? 'An admin can switch this hook off.'
    : 'An admin looks after this hook.';

function denial(hook: LoadedHook, reason: string, phase: Phase): AppError {
  const what =
    phase === 'before'
      ? `The hook ${hook.name} refuses this call: ${reason}`
      : `The call was made, but the hook ${hook.name} withholds its answer: ${reason}`;
  return refusal('hook_denied', what, { hint: aboutHook(hook), details: { hook: hook.name } });
}

function failure(hook: LoadedHook, error: unknown): AppError {
  return refusal('hook_failed', `The hook ${hook.name} could not decide about this call.`, {
    hint: 'It decides what is allowed, so nothing passes without it. Try again, or ask an admin.',
    details: { hook: hook.name },
    cause: error,
  });
}

/** What a hook on trial, or of a person, would have done. */
function warningsOf({ name }: LoadedHook, answer: Answer): string[] {
  return answer.deny === undefined
    ? answer.warnings
    : [...answer.warnings, `${name}: ${answer.deny}`];
}

function trialOf({ name }: LoadedHook, answer: Answer): string[] {
  const says = (what: string): string => `On trial, the hook ${name} would ${what}`;
  return [
    ...answer.warnings,
    ...(answer.deny === undefined ? [] : [says(`refuse this: ${answer.deny}`)]),
    ...(answer.confirm === undefined ? [] : [says(`ask first: ${answer.confirm}`)]),
    ...(answer.params || answer.result ? [says('change it.')] : []),
  ];
}

function named(answer: Answer): Pick<Decision, 'decision' | 'reason'> {
  if (answer.deny !== undefined) return { decision: 'deny', reason: answer.deny };
  if (answer.confirm !== undefined) return { decision: 'confirm', reason: answer.confirm };
  if (answer.params || answer.result) return { decision: 'modify', reason: null };
  const [warning] = answer.warnings;
  if (warning !== undefined) return { decision: 'warn', reason: warning };
  return { decision: 'allow', reason: null };
}

function answered(
  standing: Standing,
  answer: Answer,
  { hook, phase }: { hook: LoadedHook; phase: Phase },
): Standing {
  if (hook.definition.mode === 'permissive') {
    return { ...standing, warnings: [...standing.warnings, ...trialOf(hook, answer)] };
  }
  if (answer.deny !== undefined && binds(hook)) {
    return { ...standing, refused: denial(hook, answer.deny, phase) };
  }
  const followUps = answer.followUps.map((each) => ({ ...each, hook: hook.name }));
  return {
    ...standing,
    params: answer.params ?? standing.params,
    result: answer.result ? answer.result.value : standing.result,
    notes: [...standing.notes, ...answer.notes],
    warnings: [...standing.warnings, ...warningsOf(hook, answer)],
    confirm: standing.confirm ?? answer.confirm,
    followUps: [...standing.followUps, ...followUps],
  };
}

const reasonOf = (error: unknown): string =>
  error instanceof AppError ? error.message : 'An error in the server: see its log.';

/** The standing after `hook`; `refused` is set when nothing may follow. */
export function concluded(
  standing: Standing,
  { hook, judgement, phase }: { hook: LoadedHook; judgement: Judgement; phase: Phase },
): Standing {
  if (judgement.kind === 'not applied') return standing;
  const { durationMs } = judgement;
  const decided = (said: Pick<Decision, 'decision' | 'reason'>): Standing => {
    const decision = { hook: hook.name, scope: hook.scope, durationMs, ...said };
    return { ...standing, decisions: [...standing.decisions, decision] };
  };
  if (judgement.kind === 'not asked') return decided({ decision: 'not_asked', reason: null });
  if (judgement.kind === 'answered') {
    const said = named(judgement.answer);
    // What does not bind is a warning, also where it is written down.
    const soft = said.decision === 'deny' && !binds(hook);
    const shown = soft ? { ...said, decision: 'warn' as const } : said;
    return answered(decided(shown), judgement.answer, { hook, phase });
  }
  const failed = decided({ decision: 'failed', reason: reasonOf(judgement.error) });
  if (failsClosed(hook)) return { ...failed, refused: failure(hook, judgement.error) };
  if (hook.scope !== 'personal') return failed;
  const warning = `Your hook ${hook.name} failed: ${reasonOf(judgement.error)}`;
  return { ...failed, warnings: [...failed.warnings, warning] };
}
