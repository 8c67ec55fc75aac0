// The page of connected apps: who acts in the visitor's name, and the button that ends it. No I/O.
import { askForm } from './ask-form.ts';
import { html, type Html } from './html.ts';
import type { Page } from './layout.ts';
import { reachInWords } from './reach.ts';
import { dayOf, momentOf } from './times.ts';
import { cornerOf, type Visitor } from './visitor.ts';

/** What the page shows of a row of `connections.list`. */
export interface Connection {
  id: string;
  /** As it registered; an address when the client describes itself there. */
  clientId: string;
  clientName: string;
  workspace: string | null;
  scopes: readonly string[];
  readOnly: boolean;
  createdAt: number;
  expiresAt: number;
  lastUsedAt: number | null;
}

function row(connection: Connection): Html {
  const { id, clientId, clientName, workspace, createdAt, expiresAt, lastUsedAt } = connection;
  const described = URL.canParse(clientId) ? new URL(clientId).host : undefined;
  return html`<li>
    <h2>${clientName}</h2>
    ${described !== undefined && described !== '' && html`<p class="note">from ${described}</p>`}
    <dl>
      <dt>May</dt>
      <dd>${reachInWords(connection)}</dd>
      <dt>Workspace</dt>
      <dd>${workspace ?? 'all of yours'}</dd>
      <dt>Since</dt>
      <dd>${momentOf(createdAt)}</dd>
      <dt>Last used</dt>
      <dd>${lastUsedAt === null ? 'not yet' : momentOf(lastUsedAt)}</dd>
      <dt>Ends</dt>
      <dd>${dayOf(expiresAt)}, unless it is used before</dd>
    </dl>
    ${askForm({
      action: '/connections',
      verb: 'revoke',
      id,
      name: clientName,
      note: 'It stops working at once. To use it again, connect it anew.',
    })}
  </li>`;
}

export function connectionsPage(visitor: Visitor, connections: readonly Connection[]): Page {
  const list =
    connections.length > 0
      ? html`<ul class="rows">
          ${connections.map(row)}
        </ul>`
      : html`<p>
          Nothing is connected. <a href="/">Connect an assistant</a> with the address of a
          workspace.
        </p>`;
  const body = html`<section class="card">
    <h1>Connected apps</h1>
    <p class="lead">They act in your name, as far as you allowed it.</p>
    ${list}
  </section>`;
  return { title: 'Connected apps', body, corner: cornerOf(visitor) };
}
