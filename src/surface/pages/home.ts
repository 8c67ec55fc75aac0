// The home page: where things are. Plain, until there is a dashboard. No I/O.
import { claudeLine, mcpAddressOf, tokenCommand } from './connect.ts';
import { html, type Html } from './html.ts';
import type { Page } from './layout.ts';

export interface OwnWorkspace {
  id: string;
  name: string;
}

/** Who looks at a page. */
export interface Visitor {
  email: string;
}

/** Who is here, and the way out. */
export function cornerOf(visitor: Visitor | undefined): Html | undefined {
  if (!visitor) return undefined;
  return html`<form class="corner" method="post" action="/logout">
    <span>${visitor.email}</span>
    <button class="plain" type="submit">Log out</button>
  </form>`;
}

/** For visitors without a session. */
export function welcomePage({ ownerNeeded }: { ownerNeeded: boolean }): Page {
  const next = ownerNeeded
    ? html`<p>
        Nobody owns this server yet. Open the set-up link that it printed when it started; it works
        for 30 minutes. Start the server again for a new one.
      </p>`
    : html`<p><a href="/login">Log in</a> to see your workspaces and how to connect.</p>`;
  const body = html`<section class="card narrow">
    <h1>Millrace</h1>
    <p class="lead">Scripts and services for people and their assistants, at one MCP address.</p>
    ${next}
  </section>`;
  return { title: 'Home', body };
}

function workspaceRow(origin: string, { id, name }: OwnWorkspace): Html {
  return html`<dt>${name === id ? id : `${name} (${id})`}</dt>
    <dd><code>${mcpAddressOf(origin, id)}</code></dd>`;
}

export function homePage({
  origin,
  visitor,
  workspaces,
}: {
  origin: string;
  visitor: Visitor;
  workspaces: readonly OwnWorkspace[];
}): Page {
  const first = workspaces[0]?.id ?? 'main';
  const addresses =
    workspaces.length > 0
      ? html`<dl>${workspaces.map((workspace) => workspaceRow(origin, workspace))}</dl>`
      : html`<p>You are in no workspace yet. Ask an admin to add you to one.</p>`;
  const body = html`<section class="card">
      <h1>Your workspaces</h1>
      <p class="lead">Each has an MCP address of its own.</p>
      ${addresses}
    </section>
    <section class="card">
      <h2>Connect an assistant</h2>
      <p>Make a token, then connect Claude Code with it:</p>
      <pre>${tokenCommand}</pre>
      <pre>${claudeLine(mcpAddressOf(origin, first), '<token>')}</pre>
    </section>
    <section class="card">
      <h2>For programs</h2>
      <dl>
        <dt>API</dt>
        <dd><a href="/api/openapi.json">${origin}/api/openapi.json</a></dd>
        <dt>Health</dt>
        <dd><a href="/health">${origin}/health</a></dd>
      </dl>
    </section>`;
  const corner = cornerOf(visitor);
  return { title: 'Home', body, ...(corner ? { corner } : {}) };
}
