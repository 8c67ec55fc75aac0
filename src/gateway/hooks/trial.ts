// Tries hooks on an example call: every decision is shown, and nothing is sent, started or stored.
import { type Call, workspaceOf } from '../../operation/index.ts';
import { newId } from '../../base/index.ts';
import { subjectOf } from '../subject.ts';
import type { HookView } from './call-view.ts';
import { purposeOf } from './definition.ts';
import { readHook } from './file.ts';
import { createHookSet, loadHook, type LoadedHook } from './loaded.ts';
import type { HookRunner } from './run.ts';
import type { ExampleCall, ExampleSubject, Verdict } from './shown.ts';

function viewOf(call: Call, said: ExampleCall, subject: ExampleSubject): HookView {
  const { service, action, params } = said;
  return {
    callId: newId(),
    workspace: workspaceOf(call),
    // Somebody else's hooks are nobody else's business: an example person has none.
    subject: subject ? { ...subject, userId: '' } : subjectOf(call.caller),
    actor: null,
    delegation: null,
    service,
    tool: `${service}_${said.class === 'read' ? 'read' : 'write'}_actions`,
    action,
    class: said.class,
    params,
  };
}

function draft(source: string, scope: 'company' | 'personal'): LoadedHook {
  const definition = readHook(source);
  const purpose = purposeOf(definition);
  return loadHook({ definition, scope, purpose, secret: null, updatedBy: '' });
}

export const createTrial =
  (runner: HookRunner) =>
  async (
    call: Call,
    said: ExampleCall,
    as: { scope: 'company' | 'personal'; subject?: ExampleSubject },
  ): Promise<Verdict> => {
    const { phase, result, source } = said;
    const view = viewOf(call, said, as.subject);
    const hooks =
      source === undefined
        ? await runner.hooksFor(view, phase)
        : createHookSet([draft(source, as.scope)]).forCall(phase, view);
    const skipped: Verdict['hooks'] = [];
    const order: string[] = [];
    const standing = await runner.pass(hooks, view, {
      phase,
      result,
      dry: true,
      seen({ name, scope }, { kind }) {
        order.push(`${scope} ${name}`);
        if (kind !== 'not applied') return;
        skipped.push({ hook: name, scope, decision: 'not_applied', reason: null, durationMs: 0 });
      },
    });
    const place = ({ hook, scope }: { hook: string; scope: string }): number =>
      order.indexOf(`${scope} ${hook}`);
    return {
      hooks: [...standing.decisions, ...skipped].toSorted((a, b) => place(a) - place(b)),
      refusal: standing.refused?.message ?? null,
      confirm: standing.confirm ?? null,
      params: standing.params,
      result: standing.result ?? null,
      notes: standing.notes,
      warnings: standing.warnings,
      followUps: standing.followUps,
    };
  };

export type Trial = ReturnType<typeof createTrial>;
