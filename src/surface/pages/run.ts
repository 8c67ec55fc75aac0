// The page of one run: what tools link to. Plain, until there is a dashboard. No I/O.
import { html, type Html } from './html.ts';
import type { Page } from './layout.ts';
import { momentOf } from './times.ts';
import { cornerOf, type Visitor } from './visitor.ts';

/** What the page shows of the output of `jobs.get`. */
export interface RunFacts {
  id: string;
  type: 'QueuedJob' | 'CompletedJob';
  scriptPath?: string | null;
  createdBy: string;
  createdAt: number;
  durationMs?: number | null;
  running?: boolean | null;
  canceled: boolean;
  success?: boolean | null;
  args?: unknown;
  result?: unknown;
  logs?: string | null;
}

function stateOf({ type, running, canceled, success }: RunFacts): string {
  if (type === 'QueuedJob') return running ? 'running' : 'waiting';
  if (canceled) return 'canceled';
  return success ? 'succeeded' : 'failed';
}

/** More than a person reads here; the API has the rest. */
const maxShownChars = 100_000;

function shown(title: string, text: string): Html {
  const cut = text.length > maxShownChars;
  const note = html`<p class="note">Cut here; the API has all of it.</p>`;
  return html`<h2>${title}</h2>
    <pre>${cut ? text.slice(0, maxShownChars) : text}</pre>
    ${cut ? note : undefined}`;
}

export function runPage(run: RunFacts, visitor: Visitor): Page {
  const over = run.type === 'CompletedJob';
  const state = stateOf(run);
  const name = run.scriptPath ?? 'Preview';
  const body = html`<section class="card">
    <h1>${name} ${state}</h1>
    <dl>
      <dt>Job</dt>
      <dd><code>${run.id}</code></dd>
      <dt>Started by</dt>
      <dd>${run.createdBy}</dd>
      <dt>Created</dt>
      <dd>${momentOf(run.createdAt)}</dd>
      ${
        over
          ? html`<dt>Took</dt>
              <dd>${run.durationMs ?? 0} ms</dd>`
          : undefined
      }
    </dl>
    ${over ? undefined : html`<p class="note">Load this page again to see how it goes on.</p>`}
    ${shown('Arguments', JSON.stringify(run.args ?? {}, null, 2))}
    ${over ? shown('Result', JSON.stringify(run.result ?? null, null, 2)) : undefined}
    ${run.logs ? shown('Log', run.logs) : undefined}
  </section>`;
  return { title: `${name} ${state}`, body, corner: cornerOf(visitor) };
}
