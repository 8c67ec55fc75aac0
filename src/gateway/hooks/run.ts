// Runs the hooks of a call, before it goes out and after its answer came. Personal hooks come
// first before a call, so that the company's see and bind what they made of it; after it, last.
import { messageOf, type Log } from '../../base/index.ts';
import { refusal } from '../reasons.ts';
import type { Subject } from '../subject.ts';
import type { HookView } from './call-view.ts';
import type { HookCache, Loaded } from './cache.ts';
import type { Clock } from '../../base/index.ts';
import type { Phase } from './definition.ts';
import type { Judge, Judgement } from './judge.ts';
import { createHookSet, type LoadedHook } from './loaded.ts';
import { concluded, type Decision, type Standing } from './outcome.ts';
import type { FollowUp } from './step.ts';

/** Without its reason, which may hold what the call holds. */
export type HookDecision = Omit<Decision, 'reason'>;

interface Outcome {
  /** Instructions for the model. */
  notes: string[];
  warnings: string[];
  decisions: HookDecision[];
}

export interface BeforeOutcome extends Outcome {
  /** The same object where no hook changed it; else to be validated and classed again. */
  params: Record<string, unknown>;
  /** Why the person has to agree first. */
  confirm?: string;
}

export interface AfterOutcome extends Outcome {
  result: unknown;
  /** Calls to make now, for the same person, through every stage. */
  followUps: (FollowUp & { hook: string })[];
}

export interface RunnerDeps {
  cache: HookCache;
  judge: Judge;
  log: Log;
  clock: Clock;
}

/** Of what every session is told together. */
const maxHintLength = 8192;

const withoutReason = ({ hook, scope, decision, durationMs }: Decision): HookDecision => ({
  hook,
  scope,
  decision,
  durationMs,
});

export type HookRunner = ReturnType<typeof createHookRunner>;

export function createHookRunner({ cache, judge, log, clock }: RunnerDeps) {
  async function setsFor(workspace: string, userId: string): Promise<[Loaded, Loaded]> {
    const company = await cache.of({ workspace, userId: null });
    // System calls and jobs of groups are nobody's.
    const personal = userId === '' ? none : await cache.of({ workspace, userId });
    if (company.missing === undefined) return [company, personal];
    throw refusal('hook_failed', `The hook ${company.missing} cannot be read.`, {
      hint: 'Nothing passes without it. An admin has to save it again.',
      details: { hook: company.missing },
    });
  }

  async function hooksFor(view: HookView, phase: Phase): Promise<LoadedHook[]> {
    const [company, personal] = await setsFor(view.workspace, view.subject.userId);
    const [bound, own] = [company.forCall(phase, view), personal.forCall(phase, view)];
    return phase === 'before' ? [...own, ...bound] : [...bound, ...own];
  }

  function report(hook: LoadedHook, judgement: Judgement, view: HookView): void {
    if (judgement.kind !== 'failed') return;
    const { workspace, callId } = view;
    const error = messageOf(judgement.error);
    log.warn('a hook failed', { workspace, hook: hook.name, call: callId, error });
  }

  /** All of `hooks`, up to a refusal; each meets what those before it made of the call. */
  async function pass(
    hooks: readonly LoadedHook[],
    view: HookView,
    how: {
      phase: Phase;
      result?: unknown;
      dry: boolean;
      seen?: (hook: LoadedHook, judged: Judgement) => void;
    },
  ): Promise<Standing> {
    const { phase, dry } = how;
    let standing: Standing = {
      params: view.params,
      result: how.result,
      notes: [],
      warnings: [],
      confirm: undefined,
      followUps: [],
      decisions: [],
      refused: undefined,
    };
    for (const hook of hooks) {
      const { params, result } = standing;
      const question = { view: { ...view, params }, phase, result, dry };
      const judgement = await judge.judge(hook, question);
      how.seen?.(hook, judgement);
      standing = concluded(standing, { hook, judgement, phase });
      if (!dry) {
        report(hook, judgement, view);
        const sends = judgement.kind === 'answered' && hook.definition.mode !== 'permissive';
        if (sends) judge.notify(hook, question, judgement.answer.notices);
      }
      if (standing.refused) break;
    }
    return standing;
  }

  return {
    hooksFor,
    pass,

    /** Throws `hook_denied`, and `hook_failed` where a policy could not decide. */
    async before(view: HookView): Promise<BeforeOutcome> {
      const hooks = await hooksFor(view, 'before');
      const standing = await pass(hooks, view, { phase: 'before', dry: false });
      if (standing.refused) throw standing.refused;
      const { params, notes, warnings, confirm } = standing;
      const decisions = standing.decisions.map(withoutReason);
      return { params, notes, warnings, decisions, ...(confirm !== undefined && { confirm }) };
    },

    /** Throws as `before` does; the call has been made by then, and its answer is withheld. */
    async after(view: HookView, result: unknown): Promise<AfterOutcome> {
      const hooks = await hooksFor(view, 'after');
      const standing = await pass(hooks, view, { phase: 'after', result, dry: false });
      if (standing.refused) throw standing.refused;
      const { notes, warnings, followUps } = standing;
      const decisions = standing.decisions.map(withoutReason);
      return { result: standing.result, notes, warnings, followUps, decisions };
    },

    /** What a session is told about the services that it may use, company first. */
    async sessionHints(said: {
      workspace: string;
      subject: Subject;
      services: readonly string[];
    }): Promise<string[]> {
      const { workspace, subject, services } = said;
      const sets = await setsFor(workspace, subject.userId);
      const facts = { root: { subject }, now: clock.now(), tick: () => undefined };
      const hints: string[] = [];
      let length = 0;
      for (const hook of sets.flatMap((set) => set.forSession(services))) {
        const { text = '' } = hook.definition;
        if (!hook.applies(facts) || length + text.length > maxHintLength) continue;
        length += text.length;
        hints.push(text);
      }
      return hints;
    },
  };
}

const none: Loaded = { ...createHookSet([]), problems: new Map(), missing: undefined };
