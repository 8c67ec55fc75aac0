// The page on which a person allows a client to act in their name. No I/O.
import { html, type Html } from './html.ts';
import type { OwnWorkspace } from './home.ts';
import type { Page } from './layout.ts';

export interface ConsentFacts {
  email: string;
  clientName: string;
  /** As it registered; an address when the client describes itself there. */
  clientId: string;
  redirectUri: string;
  workspaces: readonly OwnWorkspace[];
  /** The workspace that the address is fixed to; null: the person chooses. */
  workspace: string | null;
  /** What is chosen to begin with. */
  access: string;
}

/** Where the answer goes, as people can judge it: a host, or a program on this machine. */
function destinationOf(redirectUri: string): string {
  const { protocol, host, hostname } = new URL(redirectUri);
  if (!/^https?:$/.test(protocol)) return `a program on your computer (${protocol}//…)`;
  const isHere = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  return isHere ? `a program on your computer (${host})` : host;
}

function choice(field: {
  name: string;
  value: string;
  now: string;
  label: string;
  note: string;
}): Html {
  const id = `${field.name}-${field.value}`;
  const checked = { markup: field.value === field.now ? 'checked' : '' };
  return html`<div class="choice">
    <input type="radio" id="${id}" name="${field.name}" value="${field.value}" ${checked} />
    <label for="${id}">${field.label} <span class="note">${field.note}</span></label>
  </div>`;
}

function workspacePicker(facts: ConsentFacts): Html {
  const { workspaces, workspace } = facts;
  const all = workspace === null && workspaces.length > 1;
  return html`<div class="field">
    <label for="workspace">Workspace</label>
    <select id="workspace" name="workspace">
      ${workspaces.map(({ id, name }) => html`<option value="${id}">${name} (${id})</option>`)}
      ${all && html`<option value="*">All of my workspaces</option>`}
    </select>
  </div>`;
}

export function consentPage(facts: ConsentFacts): Page {
  const { clientName, email, redirectUri, workspaces, access } = facts;
  const choices = [
    { value: 'all', label: 'Everything', note: 'scripts, flows and all tools, as far as you may' },
    { value: 'favorites', label: 'My favourites', note: 'the scripts and flows that you starred' },
    { value: 'read', label: 'Read only', note: 'looks, but runs and changes nothing' },
  ];
  const form = html`<form method="post">
    ${workspacePicker(facts)}
    <fieldset>
      <legend>What it may do</legend>
      ${choices.map((each) => choice({ ...each, name: 'access', now: access }))}
    </fieldset>
    <button type="submit" name="decision" value="allow">Allow</button>
  </form>`;
  const nowhere = html`<p class="problem" role="alert">
    You are not a member of the workspace that this address belongs to.
  </p>`;
  const body = html`<section class="card narrow">
    <h1>${clientName} wants to connect</h1>
    <p class="lead">
      It will act as <strong>${email}</strong>, and send you back to
      <strong>${destinationOf(redirectUri)}</strong>.
    </p>
    ${workspaces.length === 0 ? nowhere : form}
    <form method="post">
      <button class="plain" type="submit" name="decision" value="deny">Deny</button>
    </form>
  </section>`;
  return { title: `${clientName} wants to connect`, body, formTarget: redirectUri };
}
