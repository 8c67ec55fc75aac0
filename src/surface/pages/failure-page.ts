// The page for what went wrong.
import type { Problem } from './fields.ts';
import { html } from './html.ts';
import type { Page } from './layout.ts';

const titles: Readonly<Record<number, string>> = {
  401: 'Log in first',
  403: 'Not allowed',
  404: 'There is nothing here',
  410: 'This is gone',
};

export function failurePage(status: number, problem: Problem): Page {
  const title = titles[status] ?? (status < 500 ? 'That did not work' : 'Something went wrong');
  const body = html`<section class="card narrow">
    <h1>${title}</h1>
    <p>${problem.message}</p>
    ${problem.hint === undefined ? undefined : html`<p class="note">${problem.hint}</p>`}
    <p><a href="/">To the home page</a></p>
  </section>`;
  return { title, body };
}
