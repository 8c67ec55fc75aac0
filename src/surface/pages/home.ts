// The home page: where things are, and how to connect. Plain, until there is a dashboard. No I/O.
import { connectLines, mcpAddressOf } from './connect.ts';
import { html, type Html } from './html.ts';
import type { Page } from './layout.ts';
import { cornerOf, type OwnWorkspace, type Visitor } from './visitor.ts';

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
    <dd>
      <code>${mcpAddressOf(origin, id)}</code><br />
      <a href="/w/${id}/favorites" aria-label="Favourites in ${id}">Favourites</a>
    </dd>`;
}

function connectCard(origin: string, first: OwnWorkspace): Html {
  return html`<section class="card">
    <h2>Connect an assistant</h2>
    <p>
      Give it the MCP address. It opens this server in your browser, where you log in and choose
      what it may do.
    </p>
    ${connectLines(mcpAddressOf(origin, first.id))}
    <p class="note">
      A client that cannot open a browser takes a token: <a href="/tokens">make one</a>. What is
      connected already: <a href="/connections">connected apps</a>.
    </p>
  </section>`;
}

export function homePage({ origin, visitor }: { origin: string; visitor: Visitor }): Page {
  const { workspaces } = visitor;
  const [first] = workspaces;
  const addresses = first
    ? html`<dl>${workspaces.map((workspace) => workspaceRow(origin, workspace))}</dl>`
    : html`<p>You are in no workspace yet. Ask an admin to add you to one.</p>`;
  const body = html`<section class="card">
      <h1>Your workspaces</h1>
      <p class="lead">Each has an MCP address of its own.</p>
      ${addresses}
    </section>
    ${first && connectCard(origin, first)}
    <section class="card">
      <h2>For programs</h2>
      <dl>
        <dt>API</dt>
        <dd><a href="/api/openapi.json">${origin}/api/openapi.json</a></dd>
        <dt>Health</dt>
        <dd><a href="/health">${origin}/health</a></dd>
      </dl>
    </section>`;
  return { title: 'Home', body, corner: cornerOf(visitor) };
}
