// The page on which a person allows a client to act in their name. Other programs rely on its
// first form: sent as it comes, with its first named button, it allows. No I/O.
import { type Problem, problemNotice } from './fields.ts';
import { html, type Html } from './html.ts';
import type { Page } from './layout.ts';
import { type PickerFacts, pickerFields } from './tool-picker.ts';
import { type Visitor, workspaceField } from './visitor.ts';

export interface ConsentFacts {
  clientName: string;
  /** As it registered; an address when the client describes itself there. */
  clientId: string;
  redirectUri: string;
  /** The workspace that the address is fixed to; null: the person chooses. */
  workspace: string | null;
}

export interface ConsentChoice {
  visitor: Visitor;
  /** An id, or `*` for all. */
  workspace: string;
  picker: PickerFacts;
}

interface Destination {
  words: string;
  /** Any program on the computer could be there. */
  isLocal: boolean;
}

/** Where the answer goes, as people can judge it: a host, or a program on this machine. */
function destinationOf(redirectUri: string): Destination {
  const { protocol, host, hostname } = new URL(redirectUri);
  if (!/^https?:$/.test(protocol)) {
    return { words: `a program on your computer (${protocol}//…)`, isLocal: true };
  }
  const isLocal = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  return { words: isLocal ? `a program on your computer (${host})` : host, isLocal };
}

/** Where a client describes itself; undefined for one that was registered here. */
function describedAt(clientId: string): string | undefined {
  return /^https?:\/\//.test(clientId) && URL.canParse(clientId)
    ? new URL(clientId).host
    : undefined;
}

function clientFacts({ clientId, clientName, redirectUri }: ConsentFacts): Html {
  const host = describedAt(clientId);
  const { words, isLocal } = destinationOf(redirectUri);
  const verified =
    host === undefined
      ? html`<span class="note">the name that it gave itself; nobody has checked it</span>`
      : html`<span class="note">as it is described at <strong>${host}</strong></span>`;
  const warning = html`<p class="warning">
    Any program on your computer can take the name of ${host ?? clientName}. Go on only if you have
    just started to connect, in a program that you trust.
  </p>`;
  return html`<dl>
      <dt>Client</dt>
      <dd><strong>${clientName}</strong><br />${verified}</dd>
      <dt>Sends you to</dt>
      <dd><strong>${words}</strong></dd>
    </dl>
    ${isLocal && host !== undefined && warning}`;
}

/** `address`: of this page, where its forms go and a new log-in leads back to. */
export function consentPage(
  facts: ConsentFacts,
  { address, choice, problem }: { address: string; choice: ConsentChoice; problem?: Problem },
): Page {
  const { clientName, redirectUri } = facts;
  const { visitor, workspace, picker } = choice;
  const form = html`<form method="post" action="${address}">
    ${workspaceField(visitor.workspaces, { chosen: workspace, all: facts.workspace === null })}
    ${pickerFields(picker)}
    <button type="submit" name="decision" value="allow">Allow</button>
    <button
      class="plain"
      type="submit"
      name="decision"
      value="preview"
      formaction="${address}#tools"
    >
      Show the list of tools first
    </button>
  </form>`;
  const nowhere = html`<p class="problem" role="alert">
    ${
      facts.workspace === null
        ? 'You are in no workspace yet. Ask an admin to add you to one.'
        : 'You are not a member of the workspace that this address belongs to.'
    }
  </p>`;
  const title = `${clientName} wants to connect`;
  const body = html`<section class="card medium">
    <h1>${title}</h1>
    <p class="lead">It will act as <strong>${visitor.email}</strong>.</p>
    ${problemNotice(problem)} ${clientFacts(facts)}
    ${visitor.workspaces.length === 0 ? nowhere : form}
    <form method="post" action="${address}">
      <button class="deny" type="submit" name="decision" value="deny">Deny</button>
    </form>
    <form class="aside" method="post" action="/logout">
      <input type="hidden" name="next" value="${address}" />
      <span>Not ${visitor.email}?</span>
      <button class="plain" type="submit">Log out</button>
    </form>
  </section>`;
  return { title, body, formTarget: redirectUri };
}
