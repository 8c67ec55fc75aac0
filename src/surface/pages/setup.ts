// The set-up page: the first owner and the first workspace, behind a link that works once, and the
// page after it, which shows the first MCP token. No I/O.
import { connectLines, mcpAddressOf } from './connect.ts';
import { type Field, fieldOf, isInvalid, type Problem, problemNotice } from './fields.ts';
import { html } from './html.ts';
import type { Page } from './layout.ts';

export interface SetupForm {
  email: string;
  name: string;
  workspace: string;
}

const fieldsOf = (form: SetupForm): Field[] => [
  {
    name: 'email',
    label: 'E-mail address',
    type: 'email',
    value: form.email,
    autocomplete: 'username',
    note: 'You log in with it. Nothing is sent to it.',
  },
  {
    name: 'name',
    label: 'Name (optional)',
    value: form.name,
    autocomplete: 'name',
    required: false,
  },
  {
    name: 'password',
    label: 'Password',
    type: 'password',
    autocomplete: 'new-password',
    note: 'At least 8 characters; a few words are good.',
  },
  {
    name: 'repeated',
    label: 'Password again',
    type: 'password',
    autocomplete: 'new-password',
  },
  {
    name: 'workspace',
    label: 'First workspace',
    value: form.workspace,
    autocomplete: 'off',
    note: 'Its id stands in every address: small letters, digits, - and _.',
  },
];

export function setupPage(form: SetupForm, problem?: Problem): Page {
  const wrong = fieldsOf(form).find(({ name }) => isInvalid(name, problem))?.name;
  // The cursor stands where there is something to do.
  const first = wrong ?? (problem ? 'password' : 'email');
  const fields = fieldsOf(form).map((field) =>
    fieldOf({
      ...field,
      first: field.name === first,
      invalid: isInvalid(field.name, problem),
    }),
  );
  const body = html`<section class="card narrow">
    <h1>Set up Millrace</h1>
    <p class="lead">Make your account and the first workspace. You will be its owner.</p>
    ${problemNotice(problem)}
    <form method="post" autocomplete="on">
      ${fields}
      <button type="submit">Create account and workspace</button>
    </form>
  </section>`;
  return { title: 'Set up', body };
}

/** For a link that was used or is too old; it says the same for one that never was. */
export function deadLinkPage(needed: boolean): Page {
  const next = needed
    ? html`<p>
        Nobody owns this server yet. Stop it and start it again: it prints a new link, which works
        for 30 minutes.
      </p>`
    : html`<p>This server has an owner already. <a href="/login">Log in</a> instead.</p>`;
  const body = html`<section class="card narrow">
    <h1>This link does not work any more</h1>
    <p class="lead">A set-up link works once, and for 30 minutes.</p>
    ${next}
  </section>`;
  return { title: 'Link used or expired', body };
}

export interface ReadyFacts {
  origin: string;
  workspace: string;
  /** The first MCP token, shown here and never again; undefined when none could be made. */
  mcpToken: string | undefined;
}

/** What to do after the set-up. */
export function readyPage({ origin, workspace, mcpToken }: ReadyFacts): Page {
  const mcpAddress = mcpAddressOf(origin, workspace);
  const connect =
    mcpToken === undefined
      ? connectLines(mcpAddress)
      : html`<p>These lines hold a token, which is shown only now.</p>
          ${connectLines(mcpAddress, mcpToken)}
          <p class="note">
            Then ask the assistant to run the script <code>f/examples/hello</code>. More tokens:
            <a href="/tokens">on their page</a>.
          </p>`;
  const body = html`<section class="card">
      <h1>Millrace is ready</h1>
      <p class="lead">You are logged in as the owner of the workspace ${workspace}.</p>
      <dl>
        <dt>Home</dt>
        <dd><a href="/">${origin}/</a></dd>
        <dt>MCP</dt>
        <dd><code>${mcpAddress}</code></dd>
        <dt>API</dt>
        <dd><a href="/api/openapi.json">${origin}/api/openapi.json</a></dd>
      </dl>
    </section>
    <section class="card">
      <h2>Connect an assistant</h2>
      ${connect}
    </section>`;
  return { title: 'Ready', body };
}
