// Asks one hook about one call, within its time. What follows from the answer is not decided here.
import { AppError, type Clock, type Log, monotonicMs } from '../../base/index.ts';
import { type HookView, payloadOf, rootOf } from './call-view.ts';
import type { Facts } from './condition.ts';
import type { Phase } from './definition.ts';
import type { LoadedHook } from './loaded.ts';
import { readAnswer, type Webhooks } from './outside.ts';
import { type Answer, silence } from './step.ts';

const limits = { declarativeMs: 200, slowMs: 2000, outsideMs: 5000 } as const;

export interface ScriptRun {
  workspace: string;
  /** Of a deployed script. */
  path: string;
  /** The one argument of its `main`. */
  payload: unknown;
  /** The admin who last saved the hook: the script has this person's rights. */
  username: string;
  signal: AbortSignal;
}

/** Runs a deployed script in a child and answers its result. Throws when it fails. */
export type RunScript = (run: ScriptRun) => Promise<unknown>;

export interface JudgeDeps {
  clock: Clock;
  log: Log;
  webhooks: Webhooks;
  runScript: RunScript;
  /** The secret in clear; undefined when it cannot be opened any more. */
  openSecret: (workspace: string, sealed: string) => Promise<string | undefined>;
  /** Runs what nobody waits for. */
  background: (name: string, work: (signal: AbortSignal) => Promise<void>) => void;
}

export type Judgement =
  | { kind: 'not applied' }
  | { kind: 'answered'; answer: Answer; durationMs: number }
  | { kind: 'failed'; error: unknown; durationMs: number }
  /** A script or webhook, when nothing may be sent, or when its answer does not matter. */
  | { kind: 'not asked'; durationMs: number };

export interface Question {
  view: HookView;
  phase: Phase;
  result?: unknown;
  /** Nothing is sent or started. */
  dry: boolean;
}

const late = (ms: number): AppError =>
  new AppError('timeout', `It took longer than ${ms} ms.`, { hint: 'Let the hook do less.' });

/** Facts whose `tick` throws when the time of a declarative hook is up. */
function factsOf({ view, result }: Question, clock: Clock): Facts {
  const endsAt = monotonicMs() + limits.declarativeMs;
  return {
    root: rootOf(view, result),
    now: clock.now(),
    tick() {
      if (monotonicMs() > endsAt) throw late(limits.declarativeMs);
    },
  };
}

export type Judge = ReturnType<typeof createJudge>;

export function createJudge({
  clock,
  log,
  webhooks,
  runScript,
  openSecret,
  background,
}: JudgeDeps) {
  async function secretOf({ secret, name }: LoadedHook, workspace: string): Promise<string> {
    const clear = secret === null ? undefined : await openSecret(workspace, secret);
    if (clear !== undefined) return clear;
    throw new AppError('unavailable', `The secret of the hook ${name} cannot be opened.`, {
      hint: 'An admin can make a new one: companyHooks.newSecret.',
    });
  }

  async function send(hook: LoadedHook, question: Question, signal: AbortSignal): Promise<unknown> {
    const { view, phase } = question;
    const { script, webhook = '' } = hook.definition;
    const payload = payloadOf(view, { hook: hook.name, phase, result: question.result });
    if (script !== undefined) {
      const { workspace } = view;
      return runScript({ workspace, path: script, payload, username: hook.updatedBy, signal });
    }
    const secret = await secretOf(hook, view.workspace);
    return webhooks.ask(payload, { url: webhook, secret, signal });
  }

  /** Ends at the hard limit whether or not the other side listens to the signal. */
  async function ask(hook: LoadedHook, question: Question): Promise<Answer> {
    const over = new AbortController();
    const { view, phase } = question;
    const slow = { workspace: view.workspace, hook: hook.name, call: view.callId };
    const stops = [clock.after(limits.slowMs, () => log.warn('slow_hook', slow))];
    const ended = new Promise<never>((_, reject) => {
      const end = (error: unknown): void => {
        over.abort();
        reject(error);
      };
      stops.push(clock.after(limits.outsideMs, () => end(late(limits.outsideMs))));
      const canceled = (): void => end(new AppError('canceled', 'The call was canceled.'));
      view.signal?.addEventListener('abort', canceled, { once: true });
      stops.push(() => view.signal?.removeEventListener('abort', canceled));
    });
    try {
      view.signal?.throwIfAborted();
      return readAnswer(await Promise.race([send(hook, question, over.signal), ended]), phase);
    } finally {
      for (const stop of stops) stop();
    }
  }

  async function answerOf(hook: LoadedHook, question: Question): Promise<Answer | undefined> {
    const facts = factsOf(question, clock);
    if (!hook.applies(facts)) return undefined;
    if (hook.decide) {
      const answer = hook.decide(facts);
      facts.tick();
      return answer;
    }
    return question.dry || hook.purpose === 'notify' ? silence() : ask(hook, question);
  }

  return {
    async judge(hook: LoadedHook, question: Question): Promise<Judgement> {
      const began = monotonicMs();
      const durationMs = (): number => Math.round((monotonicMs() - began) * 100) / 100;
      try {
        const answer = await answerOf(hook, question);
        if (!answer) return { kind: 'not applied' };
        if (hook.decide || !(question.dry || hook.purpose === 'notify')) {
          return { kind: 'answered', answer, durationMs: durationMs() };
        }
        if (!question.dry) {
          background(hook.name, async (signal) => void (await send(hook, question, signal)));
        }
        return { kind: 'not asked', durationMs: durationMs() };
      } catch (error) {
        return { kind: 'failed', error, durationMs: durationMs() };
      }
    },

    /** The messages of `notify`: sent beside the call, and lost where nobody takes them. */
    notify(hook: LoadedHook, { view, phase }: Question, notices: Answer['notices']): void {
      for (const { url, message } of notices) {
        background(hook.name, async (signal) => {
          const secret = await secretOf(hook, view.workspace);
          const { callId, service, action } = view;
          const payload = { hook: hook.name, phase, call_id: callId, service, action, message };
          await webhooks.tell(payload, { url, secret, signal });
        });
      }
    },
  };
}
