// A call as hooks see it, and what scripts and webhooks are told of it.
import type { ActionClass } from '../action.ts';
import type { Subject } from '../subject.ts';
import type { Phase } from './definition.ts';

export interface HookDelegation {
  grantId: string;
  jobId: string | null;
}

/** What the pipeline knows of a call when hooks are asked. */
export interface HookView {
  callId: string;
  workspace: string;
  subject: Subject;
  /** The job or flow that acts for the subject; null when it is the person. */
  actor: string | null;
  delegation: HookDelegation | null;
  service: string;
  /** Such as `jira_write_actions`. */
  tool: string;
  action: string;
  class: ActionClass;
  params: Record<string, unknown>;
  /** Ends what scripts and webhooks are doing for it. */
  signal?: AbortSignal;
}

/** The names that conditions and texts use. */
export function rootOf(view: HookView, result?: unknown): Record<string, unknown> {
  const { service, tool, action, actor, subject, params } = view;
  return {
    service,
    tool,
    action,
    class: view.class,
    actor,
    delegated: view.actor !== null || view.delegation !== null,
    subject,
    params,
    result,
  };
}

/** The body that a script gets as its argument, and a webhook as JSON. */
export function payloadOf(
  view: HookView,
  { hook, phase, result }: { hook: string; phase: Phase; result?: unknown },
): Record<string, unknown> {
  const { subject } = view;
  return {
    hook,
    phase,
    call_id: view.callId,
    workspace: view.workspace,
    subject: { username: subject.username, email: subject.email },
    actor: view.actor,
    roles: [subject.role],
    groups: subject.groups,
    delegation: view.delegation && {
      grant_id: view.delegation.grantId,
      job_id: view.delegation.jobId,
    },
    service: view.service,
    tool: view.tool,
    action: view.action,
    class: view.class,
    params: view.params,
    ...(phase === 'after' && { result }),
    attempt: 1,
  };
}
