// The page of an approval: what is asked, by whom, until when, and the form to answer. No I/O.
import { type Problem, problemNotice } from './fields.ts';
import { html, type Html } from './html.ts';
import type { Page } from './layout.ts';
import { schemaFields } from './schema-form.ts';
import { momentOf } from './times.ts';

/** The output of `approvals.show`. */
export interface ApprovalFacts {
  flowPath: string | null;
  startedBy: string;
  stepId: string;
  stepSummary: string | null;
  requiredEvents: number;
  until: number | null;
  formSchema: unknown;
  description: unknown;
  defaultArgs: Readonly<Record<string, unknown>>;
  enums: Readonly<Record<string, unknown>>;
  hideCancel: boolean;
  userAuthRequired: boolean;
  groups: readonly string[];
  approvers: readonly { approver: string }[];
  canApprove: boolean;
  reason: string | null;
}

/** `payload`: of the link, which knows better than the step. */
export const suggestedOf = ({ defaultArgs, enums }: ApprovalFacts, payload: unknown) => ({
  values: {
    ...defaultArgs,
    ...(typeof payload === 'object' && !Array.isArray(payload) ? payload : {}),
  },
  choices: enums,
});

function factsOf(approval: ApprovalFacts): Html {
  const { approvers, requiredEvents, until, groups } = approval;
  const names = approvers.map(({ approver }) => approver).join(', ');
  const given = approvers.length > 0 ? ` (${approvers.length} so far: ${names})` : '';
  return html`<dl>
    <dt>Step</dt>
    <dd>${approval.stepSummary ?? approval.stepId}</dd>
    <dt>Started by</dt>
    <dd>${approval.startedBy}</dd>
    <dt>Answers</dt>
    <dd>${requiredEvents === 1 ? 'One approval' : `${requiredEvents} approvals`}${given}</dd>
    ${
      groups.length > 0
        ? html`<dt>Who may</dt>
            <dd>Members of ${groups.join(', ')}</dd>`
        : undefined
    }
    ${
      until === null
        ? undefined
        : html`<dt>Until</dt>
            <dd>${momentOf(until)}</dd>`
    }
  </dl>`;
}

/**
 * `address`: of this page, where the form goes; `sent`: a form that was refused; `payload`: what
 * the link says, the answer itself where there is no form.
 */
export function approvalPage(
  approval: ApprovalFacts,
  {
    address,
    payload,
    sent,
    problem,
  }: {
    address: string;
    payload?: unknown;
    sent?: Readonly<Record<string, string>> | undefined;
    problem?: Problem | undefined;
  },
): Page {
  const { description, canApprove, reason, hideCancel } = approval;
  const name = approval.flowPath ?? 'A flow';
  const login = html`<a href="/login?next=${encodeURIComponent(address)}">Log in</a>`;
  const form = html`<form method="post" action="${address}">
    ${schemaFields(approval.formSchema, suggestedOf(approval, payload), sent)}
    ${
      approval.formSchema === null && payload !== undefined
        ? html`<p>This answer says: <code>${JSON.stringify(payload)}</code></p>`
        : undefined
    }
    <div class="choice">
      <button type="submit" name="decision" value="approve">Approve</button>
      ${
        hideCancel
          ? undefined
          : html`<button class="deny" type="submit" name="decision" value="deny" formnovalidate>
              Deny
            </button>`
      }
    </div>
  </form>`;
  const cannot = html`<p class="note">
    ${reason ?? ''} ${approval.userAuthRequired ? login : undefined}
  </p>`;
  const body = html`<section class="card narrow">
    <h1>${name} waits for you</h1>
    ${
      typeof description === 'string' && description !== ''
        ? html`<p class="lead">${description}</p>`
        : undefined
    }
    ${factsOf(approval)} ${problemNotice(problem)} ${canApprove ? form : cannot}
  </section>`;
  return { title: `Approve ${name}`, body };
}

export function answeredPage(approved: boolean): Page {
  const title = approved ? 'Approved' : 'Denied';
  const next = approved ? 'The flow goes on.' : 'The flow was told.';
  const body = html`<section class="card narrow">
    <h1>${title}</h1>
    <p>Your answer is stored. ${next}</p>
  </section>`;
  return { title, body };
}
