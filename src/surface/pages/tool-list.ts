// The list of tools that a choice results in, as `tokens.preview` tells it. No I/O.
import { html, type Html } from './html.ts';

/** The output of `tokens.preview`. */
export interface Preview {
  tools: readonly {
    name: string;
    title: string;
    kind: 'endpoint' | 'script' | 'flow';
    path: string | null;
  }[];
  counts: { endpoints: number; scripts: number; flows: number };
}

/** More of one kind than a person reads; the summary counts them all. */
const maxShown = 300;

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function kindOf({ tools }: Preview, kind: 'endpoint' | 'script' | 'flow'): Html | undefined {
  const titles = { script: 'Scripts', flow: 'Flows', endpoint: 'Tools' };
  const found = tools.filter((tool) => tool.kind === kind);
  if (found.length === 0) return undefined;
  const rest = found.length - maxShown;
  return html`<h2>${titles[kind]}</h2>
    <ul>
      ${found
        .slice(0, maxShown)
        .map(({ name, title, path }) => html`<li><code>${path ?? name}</code> ${title}</li>`)}
      ${rest > 0 && html`<li>and ${rest} more</li>`}
    </ul>`;
}

/** `workspace`: named where there are several lists; `isOpen`: somebody asked to see it. */
export function toolList(
  preview: Preview,
  { workspace, isOpen }: { workspace: string | undefined; isOpen: boolean },
): Html {
  const { scripts, flows, endpoints } = preview.counts;
  const counts = [counted(scripts, 'script'), counted(flows, 'flow'), counted(endpoints, 'tool')];
  const where = workspace === undefined ? '' : `${workspace}: `;
  return html`<details class="list" ${isOpen && { markup: 'open' }}>
    <summary>${where}${counts.join(', ')}</summary>
    ${preview.tools.length === 0 && html`<p>Nothing, as things are.</p>`}
    ${kindOf(preview, 'script')} ${kindOf(preview, 'flow')} ${kindOf(preview, 'endpoint')}
  </details>`;
}
