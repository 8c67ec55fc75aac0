// Times as pages show them: readable, the exact one for programs. Pages run no script that would
// know the reader's zone, so they say UTC.
import { html, type Html } from './html.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `21 Nov 2026`. */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** `21 Nov 2026, 21:36 UTC`. */
export function momentOf(at: number): Html {
  const exact = new Date(at).toISOString();
  return html`<time datetime="${exact}">${dayOf(at)}, ${exact.slice(11, 16)} UTC</time>`;
}
