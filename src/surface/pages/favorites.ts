// The page of favourites in a workspace: scripts and flows, each with a star to press. No I/O.
import { html, type Html } from './html.ts';
import type { Page } from './layout.ts';
import { cornerOf, type Visitor } from './visitor.ts';

/** What the page shows of a row of `scripts.list` or `flows.list`. */
export interface Item {
  kind: 'script' | 'flow';
  path: string;
  summary: string;
  starred?: boolean;
}

/** Of each kind. */
export const itemsOnPage = 100;

function row({ kind, path, summary, starred }: Item): Html {
  const verb = starred ? 'unstar' : 'star';
  const label = starred ? `Unstar ${path}` : `Star ${path}`;
  return html`<li class="starrable">
    <span
      ><code>${path}</code>${summary !== '' && html` <span class="note">${summary}</span>`}</span
    >
    <button
      class="plain"
      type="submit"
      name="${verb}"
      value="${kind}:${path}"
      aria-label="${label}"
    >
      ${starred ? '★ Unstar' : '☆ Star'}
    </button>
  </li>`;
}

function listOf(title: string, items: readonly Item[]): Html {
  const rows = html`<ul class="rows">
    ${items.map(row)}
  </ul>`;
  return html`<h2>${title}</h2>
    ${items.length > 0 ? rows : html`<p class="note">There is none that you may see.</p>`}`;
}

/** `items`: the scripts and the flows of this page of the list. */
export function favoritesPage(facts: {
  visitor: Visitor;
  workspace: string;
  page: number;
  items: readonly [scripts: readonly Item[], flows: readonly Item[]];
}): Page {
  const { visitor, workspace, page, items } = facts;
  const here = `/w/${encodeURIComponent(workspace)}/favorites`;
  const [scripts, flows] = items;
  const isFull = items.some((list) => list.length === itemsOnPage);
  const earlier = page > 1 && html`<a href="${here}?page=${page - 1}">Newer</a>`;
  const later = isFull && html`<a href="${here}?page=${page + 1}">Older</a>`;
  const body = html`<section class="card">
    <h1>Favourites in ${workspace}</h1>
    <p class="lead">
      Star what your assistants should have at hand: a client that you allow “my favourites” gets
      what is starred here, now and later.
    </p>
    <form method="post" action="${here}?page=${page}">
      ${listOf('Scripts', scripts)} ${listOf('Flows', flows)}
    </form>
    ${(earlier || later) && html`<p>${earlier} ${later}</p>`}
  </section>`;
  return { title: `Favourites in ${workspace}`, body, corner: cornerOf(visitor) };
}
