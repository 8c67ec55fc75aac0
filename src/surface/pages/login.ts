// The login page. No I/O.
import { fieldOf, type Problem, problemNotice } from './fields.ts';
import { html } from './html.ts';
import type { Page } from './layout.ts';

export interface LoginForm {
  email: string;
  /** Where to go afterwards: a path of this server. */
  next: string;
}

export function loginPage(form: LoginForm, problem?: Problem): Page {
  const body = html`<section class="card narrow">
    <h1>Log in</h1>
    <p class="lead">With the e-mail address of your Millrace account.</p>
    ${problemNotice(problem)}
    <form method="post" action="/login">
      <input type="hidden" name="next" value="${form.next}" />
      ${fieldOf({
        name: 'email',
        label: 'E-mail address',
        type: 'email',
        value: form.email,
        autocomplete: 'username',
        first: form.email === '',
      })}
      ${fieldOf({
        name: 'password',
        label: 'Password',
        type: 'password',
        autocomplete: 'current-password',
        first: form.email !== '',
      })}
      <button type="submit">Log in</button>
    </form>
  </section>`;
  return { title: 'Log in', body };
}

/** A path of this server, or `/`: a login must not lead to another site. */
export function safeNext(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/') || next.length > 2000) return '/';
  // `//host` and `/\host` are other sites to a browser; control characters are cut out by it.
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return /^\/[/\\]|[\u0000-\u0020\u007f\\]/.test(next) ? '/' : next;
}
