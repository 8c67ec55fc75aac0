// The page of services: what the visitor's workspaces use, how the visitor proves themself there,
// and the ways to connect and to disconnect. No I/O; a secret goes in and is never shown.
import { askForm } from './ask-form.ts';
import { fieldOf, type Problem, problemNotice } from './fields.ts';
import { html, type Html } from './html.ts';
import type { Page } from './layout.ts';
import { momentOf } from './times.ts';
import { cornerOf, type OwnWorkspace, type Visitor } from './visitor.ts';

/** What the page shows of a row of `credentials.overview`. */
export interface ServiceRow {
  service: string;
  title: string;
  description: string;
  ways: ('none' | 'key' | 'basic' | 'connection' | 'oauth')[];
  keyHint: string;
  own: {
    kind: string;
    account: string;
    createdAt: number;
    renewedAt: number | null;
    problem: string | null;
    ended: boolean;
    /** The address that it was given for, where the service is at another one now. */
    movedFrom: string | null;
  } | null;
  shared: { account: string; createdAt: number; movedFrom: string | null } | null;
}

/** A service in a workspace; as text `workspace/service`, for forms and ids. */
export interface Place {
  workspace: string;
  service: string;
}

const textOf = ({ workspace, service }: Place): string => `${workspace}/${service}`;
const idOf = ({ workspace, service }: Place): string => `${workspace}-${service}`;

function stateOf({ ways, own, shared }: ServiceRow): Html {
  const moved = (own ?? shared)?.movedFrom ?? null;
  if (moved !== null) {
    return html`given for ${moved || 'this server'}, and an admin has moved the service since:
    ${own ? 'connect it again' : 'connect it yourself, or ask an admin'}`;
  }
  if (own?.ended) return html`ended: connect it again`;
  if (own) return html`connected`;
  if (shared) return html`connected by an admin, for everybody without a connection of their own`;
  return ways.includes('none') ? html`there without a key` : html`not connected`;
}

function factsOf(row: ServiceRow): Html {
  const { own, shared } = row;
  const known = own ?? shared ?? undefined;
  return html`<dl>
    <dt>State</dt>
    <dd>${stateOf(row)}</dd>
    ${
      known !== undefined &&
      known.account !== '' &&
      html`<dt>Account</dt>
        <dd>${known.account}</dd>`
    }
    ${
      known !== undefined &&
      html`<dt>Since</dt>
        <dd>${momentOf(known.createdAt)}</dd>`
    }
    ${
      typeof own?.renewedAt === 'number' &&
      html`<dt>Renewed</dt>
        <dd>${momentOf(own.renewedAt)}</dd>`
    }
    ${
      typeof own?.problem === 'string' &&
      html`<dt>Last problem</dt>
        <dd>${own.problem}</dd>`
    }
  </dl>`;
}

function consentForm(place: Place, { title, own }: ServiceRow): Html {
  const verb = own ? 'Connect again' : 'Connect';
  const look = own && !own.ended && own.movedFrom === null ? 'plain' : '';
  return html`<form method="post" action="/services">
    <div class="choice">
      <button class="${look}" type="submit" name="connect" value="${textOf(place)}">
        ${verb} with ${title}
      </button>
    </div>
  </form>`;
}

function shareForm(place: Place, { title, shared }: ServiceRow): Html {
  return html`<details>
    <summary>For everybody</summary>
    <form method="post" action="/services">
      <p class="note">
        Who has no connection to ${title} of their own uses yours, with your rights there.
      </p>
      <div class="choice">
        <button class="plain" type="submit" name="share" value="${textOf(place)}">
          ${shared ? 'Connect again' : 'Connect'} for everybody with ${title}
        </button>
      </div>
    </form>
  </details>`;
}

function keyForm(place: Place, row: ServiceRow, { open, account }: Shown): Html {
  const { title, ways, keyHint, own } = row;
  const id = idOf(place);
  const isBasic = ways.includes('basic');
  return html`<details ${open && { markup: 'open' }}>
    <summary>${own ? 'Replace the key' : 'Connect with a key'} of ${title}</summary>
    <form method="post" action="/services">
      ${
        isBasic &&
        fieldOf({
          id: `account-${id}`,
          name: 'account',
          label: `Account at ${title}`,
          value: account ?? own?.account,
          autocomplete: 'off',
          note: 'Mostly an e-mail address.',
        })
      }
      ${fieldOf({
        id: `secret-${id}`,
        name: 'secret',
        label: `Key for ${title}`,
        type: 'password',
        autocomplete: 'off',
        note: `${keyHint} It is stored encrypted and never shown again.`,
      })}
      <div class="choice">
        <button type="submit" name="key" value="${textOf(place)}">Save the key</button>
      </div>
    </form>
  </details>`;
}

interface Shown {
  open: boolean;
  /** What was sent with the form that failed. */
  account?: string | undefined;
  isAdmin: boolean;
}

function rowOf(place: Place, row: ServiceRow, shown: Shown): Html {
  const { title, description, ways, own } = row;
  const byKey = ways.some((way) => way !== 'none' && way !== 'oauth');
  const open = shown.open && !own && !ways.includes('oauth');
  return html`<li id="${idOf(place)}">
    <h3>${title}</h3>
    <p class="note">${description}</p>
    ${factsOf(row)} ${ways.includes('oauth') && consentForm(place, row)}
    ${shown.isAdmin && ways.includes('oauth') && shareForm(place, row)}
    ${byKey && keyForm(place, row, { ...shown, open: open || shown.account !== undefined })}
    ${
      own !== null &&
      askForm({
        action: '/services',
        verb: 'disconnect',
        id: textOf(place),
        name: title,
        note: 'Calls in your name stop at once, also those of your flows.',
      })
    }
  </li>`;
}

export interface ServicesFacts {
  visitor: Visitor;
  groups: readonly { workspace: OwnWorkspace; rows: readonly ServiceRow[] }[];
  /** The service that the visitor was sent here for; it stands first, and open. */
  focus: Place | undefined;
  /** The account that was sent with a key that could not be taken. */
  account?: string | undefined;
  problem?: Problem | undefined;
}

export function servicesPage({ visitor, groups, focus, account, problem }: ServicesFacts): Page {
  const isFocus = (place: Place): boolean => focus !== undefined && textOf(focus) === textOf(place);
  const several = visitor.workspaces.length > 1;
  const lists = groups
    .filter(({ rows }) => rows.length > 0)
    .map(
      ({ workspace: { id, name, role }, rows }) =>
        html`<section class="card">
          <h2>${several ? `Services of ${name}` : 'The services'}</h2>
          <ul class="rows">
            ${rows.map((row) => {
              const place = { workspace: id, service: row.service };
              const open = isFocus(place);
              const said = open ? account : undefined;
              return rowOf(place, row, { open, account: said, isAdmin: role === 'admin' });
            })}
          </ul>
        </section>`,
    );
  const none = html`<p>No workspace of yours uses a service yet. An admin sets them up.</p>`;
  const body = html`<section class="card">
      <h1>Services</h1>
      <p class="lead">
        Assistants and flows that act in your name use them with your own rights there.
      </p>
      ${problemNotice(problem)} ${lists.length === 0 && none}
    </section>
    ${lists}`;
  return { title: 'Services', body, corner: cornerOf(visitor) };
}

/** Between the button and the service: says where it goes; browsers go on by themselves. */
export function goOnPage(visitor: Visitor, { title, url }: { title: string; url: string }): Page {
  const body = html`<section class="card narrow">
    <h1>On to ${title}</h1>
    <p>You agree at ${new URL(url).host}, and come back here.</p>
    <p><a href="${url}">Go on to ${title}</a></p>
  </section>`;
  return { title: `On to ${title}`, body, corner: cornerOf(visitor) };
}
