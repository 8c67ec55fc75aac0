// The page of a person's tokens, and the one that shows a new token this once. No I/O.
import { askForm } from './ask-form.ts';
import { connectLines, everyAddressOf, mcpAddressOf, tokenInAddress } from './connect.ts';
import { fieldOf, type Problem, problemNotice } from './fields.ts';
import { html, type Html } from './html.ts';
import type { Page } from './layout.ts';
import { reachInWords } from './reach.ts';
import { dayOf, momentOf } from './times.ts';
import { type PickerFacts, pickerFields, pickerOption, type ToolChoice } from './tool-picker.ts';
import { cornerOf, type Visitor, workspaceField } from './visitor.ts';

/** What the page shows of a row of `tokens.list`. */
export interface TokenRow {
  label: string | null;
  expiration: number | null;
  tokenPrefix: string;
  createdAt: number;
  lastUsedAt: number | null;
  scopes: readonly string[] | null;
  workspaceId: string | null;
  readOnly: boolean;
  /** Made to stand in an MCP address. */
  inUrl: boolean;
  /** Of a client that the person allowed. */
  connected: boolean;
}

/** What the form says. */
export interface TokenForm {
  label: string;
  /** An id, or `*` for all. */
  workspace: string;
  /** Until it ends, or `never`. */
  days: string;
  /** All that the person may, over REST too. */
  isFull: boolean;
  choice: ToolChoice;
}

const lifetimes = ['7', '30', '90', '365', 'never'];

function lifetimeField(chosen: string, now: number): Html {
  const end = (days: string): string =>
    `${days} days, until ${dayOf(now + Number(days) * 24 * 60 * 60 * 1000)}`;
  return html`<div class="field">
    <label for="days">Ends after</label>
    <select id="days" name="days">
      ${lifetimes.map(
        (days) =>
          html`<option value="${days}" ${days === chosen && { markup: 'selected' }}>
            ${days === 'never' ? 'never' : end(days)}
          </option>`,
      )}
    </select>
  </div>`;
}

function endOf(expiration: number | null, now: number): Html {
  if (expiration === null) return html`never`;
  return expiration <= now ? html`ended ${momentOf(expiration)}` : momentOf(expiration);
}

function changesOf(prefix: string, name: string): Html {
  const rotate = askForm({
    action: '/tokens',
    verb: 'rotate',
    id: prefix,
    name,
    note: 'It gets a new secret for as long again; the old one stops working at once.',
  });
  const revoke = askForm({
    action: '/tokens',
    verb: 'revoke',
    id: prefix,
    name,
    note: 'It stops working at once, wherever it is used.',
  });
  return html`${rotate} ${revoke}`;
}

function row(token: TokenRow, now: number): Html {
  const { label, tokenPrefix, workspaceId, createdAt, expiration, lastUsedAt } = token;
  const { inUrl, connected } = token;
  const name = label ?? `${tokenPrefix}…`;
  return html`<li>
    <h3>${name}</h3>
    ${inUrl && html`<p class="note">made to stand in an MCP address</p>`}
    <dl>
      <dt>Begins with</dt>
      <dd><code>${tokenPrefix}</code></dd>
      <dt>May</dt>
      <dd>${reachInWords(token)}</dd>
      <dt>Workspace</dt>
      <dd>${workspaceId ?? 'all of yours'}</dd>
      <dt>Made</dt>
      <dd>${momentOf(createdAt)}</dd>
      <dt>Last used</dt>
      <dd>${lastUsedAt === null ? 'not yet' : momentOf(lastUsedAt)}</dd>
      <dt>Ends</dt>
      <dd>${endOf(expiration, now)}</dd>
    </dl>
    ${
      connected
        ? html`<p class="note">
            It belongs to a <a href="/connections">connected app</a>, which renews it by itself.
          </p>`
        : changesOf(tokenPrefix, name)
    }
  </li>`;
}

/** The ways to make one; the second only where the server takes tokens in addresses. */
function makeButtons(urlTokens: boolean): Html {
  const url = html`<button type="submit" name="decision" value="url">Generate MCP URL</button>`;
  return html`<div class="choice">
      <button type="submit" name="decision" value="make">Make token</button>
      ${urlTokens && url}
    </div>
    ${
      urlTokens &&
      html`<p class="note">
        An MCP URL holds the token, for clients that take nothing but an address. Whoever sees the
        address can act in your name.
      </p>`
    }`;
}

function makeCard({ visitor, form, picker, now, problem, urlTokens }: PageFacts): Html {
  const full = pickerOption({
    mode: 'full',
    label: 'Full token',
    note: 'whatever you may do, over REST and the command line; not for assistants',
    checked: form.isFull,
  });
  const shown = form.isFull ? { ...picker, isChosen: false } : picker;
  return html`<section class="card">
    <h1>Tokens</h1>
    <p class="lead">
      For clients that cannot send you to log in, and for programs. A token acts in your name.
    </p>
    ${problemNotice(problem)}
    <form method="post" action="/tokens">
      ${fieldOf({
        name: 'label',
        label: 'What it is for',
        value: form.label,
        autocomplete: 'off',
        required: false,
        note: 'You will find it in the list under this name.',
      })}
      ${workspaceField(visitor.workspaces, { chosen: form.workspace, all: true })}
      ${lifetimeField(form.days, now)} ${pickerFields(shown, full)} ${makeButtons(urlTokens)}
      <button
        class="plain"
        type="submit"
        name="decision"
        value="preview"
        formaction="/tokens#tools"
      >
        Show the list of tools first
      </button>
    </form>
  </section>`;
}

interface PageFacts {
  visitor: Visitor;
  tokens: readonly TokenRow[];
  form: TokenForm;
  picker: PickerFacts;
  /** Does the server take tokens in addresses? */
  urlTokens: boolean;
  /** Epoch milliseconds. */
  now: number;
  problem?: Problem | undefined;
}

export function tokensPage(facts: PageFacts): Page {
  const { visitor, tokens, now } = facts;
  const list = html`<ul class="rows">
    ${tokens.map((token) => row(token, now))}
  </ul>`;
  const body = html`${makeCard(facts)}
    <section class="card">
      <h2>Your tokens</h2>
      ${tokens.length > 0 ? list : html`<p>There is none.</p>`}
    </section>`;
  return { title: 'Tokens', body, corner: cornerOf(visitor) };
}

/** A token that has just been made. */
export interface MadeToken {
  token: string;
  /** The only workspace; null: all of the person's. */
  workspace: string | null;
  /** `full`: for programs; `url`: to stand in an address; `header`: for assistants. */
  kind: 'full' | 'url' | 'header';
}

function useOf(address: string, origin: string, { token, kind }: MadeToken): Html {
  if (kind === 'full') {
    return html`<h2>Use it</h2>
      <p>Programs send it in a header:</p>
      <pre>curl -H "Authorization: Bearer ${token}" ${origin}/api/users/whoami</pre>`;
  }
  if (kind === 'header') {
    return html`<h2>Connect an assistant</h2>
      ${connectLines(address, token)}`;
  }
  return html`<h2>Your MCP URL</h2>
    ${tokenInAddress(address, token)}`;
}

/** The answer to the form: the secret, shown this once. */
export function madePage({
  visitor,
  origin,
  made,
}: {
  visitor: Visitor;
  origin: string;
  made: MadeToken;
}): Page {
  const { token, workspace } = made;
  const example = visitor.workspaces[0]?.id ?? 'main';
  const address = workspace === null ? everyAddressOf(origin) : mcpAddressOf(origin, workspace);
  const several = html`<p class="note">
    This address serves all your workspaces, and tools take the id of one. At the address of a
    workspace, such as <code>${mcpAddressOf(origin, example)}</code>, the token has its scripts as
    tools.
  </p>`;
  const body = html`<section class="card">
      <h1>Your new token</h1>
      <p class="lead">It is shown only now. Keep it like a password.</p>
      <pre>${token}</pre>
      <p><a href="/tokens">Back to your tokens</a></p>
    </section>
    <section class="card">
      ${useOf(address, origin, made)} ${workspace === null && made.kind !== 'full' && several}
    </section>`;
  return { title: 'Your new token', body, corner: cornerOf(visitor) };
}
