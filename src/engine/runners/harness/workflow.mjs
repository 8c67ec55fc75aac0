// Workflows as code with the published client: gives it what is done already, and says what a round
// ends with. The client of the script itself does the rest, whatever its version.

/* oxlint-disable no-underscore-dangle -- the client's own names */

/** What the bundle exports of the client (see `workflow-client.ts` of the languages). */
const clientExport = '__millrace_workflow';

/** `main`, or the default export where that is a workflow. */
export function entryOf(exported, name) {
  const main = exported[name];
  if (main === undefined && name === 'main' && exported.default?._is_workflow === true) {
    return exported.default;
  }
  return main;
}

const endOf = (info) =>
  info.mode === 'step_complete' ? { kind: 'S', value: info.result } : { kind: 'W', value: info };

/** undefined when `main` is no workflow, or its client is older than workflows. */
export function openWorkflow(exported, main, checkpoint) {
  const client = exported[clientExport];
  if (main._is_workflow !== true || typeof client?.WorkflowCtx !== 'function') return undefined;
  const ctx = new client.WorkflowCtx(checkpoint ?? {});
  client.setWorkflowCtx(ctx);
  const task = checkpoint?._executing_key;

  /** What the code asked for, even if it caught the error that says so. */
  function asked() {
    const failure = ctx._takePendingStepFailure?.();
    if (failure) return { kind: 'F', value: failure.error };
    const suspend = ctx._takePendingSuspend?.();
    return suspend ? endOf(suspend.dispatchInfo) : undefined;
  }

  function missed() {
    const said = `the workflow ended without coming to the task "${task}"`;
    const error = new Error(`${said}: it must make the same calls in the same order every time`);
    return { kind: 'F', value: error };
  }

  return {
    /** Main can go no further: it waits for what only another round can bring. */
    stuck: () => asked() ?? (task === undefined ? undefined : missed()),
    threw(thrown) {
      const end = asked();
      if (end !== undefined) return end;
      const suspends = thrown?.name === 'StepSuspend' && thrown.dispatchInfo;
      return suspends ? endOf(thrown.dispatchInfo) : { kind: 'F', value: thrown };
    },
    /** `later`: the task, which nobody awaits, still runs; its end comes as an error. */
    returned(value) {
      const end = asked();
      if (end !== undefined) return end;
      if (task !== undefined) return { kind: 'later' };
      // Tasks that nobody awaits are started all the same.
      const steps = ctx._flushPending();
      if (steps.length === 0) {
        ctx._warnUnobservedTaskFailures?.();
        return { kind: 'S', value };
      }
      return { kind: 'W', value: { mode: steps.length > 1 ? 'parallel' : 'sequential', steps } };
    },
  };
}
