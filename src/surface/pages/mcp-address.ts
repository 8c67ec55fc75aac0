// What a person sees who opens an MCP address with a browser: that it is one, and how to connect.
import { connectLines } from './connect.ts';
import { html } from './html.ts';
import type { Page } from './layout.ts';

/** `address`: absolute; `workspace`: the one that it belongs to, null for any. */
export function mcpAddressPage(address: string, workspace: string | null): Page {
  const where =
    workspace === null
      ? 'It serves the workspace that you choose when you connect.'
      : `It serves the workspace ${workspace}.`;
  const body = html`<section class="card">
      <h1>This is an MCP address</h1>
      <p class="lead">It is for assistants and editors, not for browsers. ${where}</p>
      <p>
        Paste it where your assistant adds a server (a “custom connector”). It sends you here to log
        in and to choose what it may do; you need no token.
      </p>
      <pre>${address}</pre>
    </section>
    <section class="card medium">
      <h2>By client</h2>
      ${connectLines(address)}
    </section>
    <section class="card">
      <h2>Not here to connect?</h2>
      <p><a href="/">Go to your workspaces</a>.</p>
    </section>`;
  return { title: 'MCP address', body };
}
