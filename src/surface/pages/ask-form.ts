// A button that asks once before it does what cannot be undone: it is behind its name. No I/O.
import { html, type Html } from './html.ts';

/** Sends `verb=id`; `note` says what it does to `name`. */
export function askForm(question: {
  action: string;
  verb: 'revoke' | 'rotate';
  id: string;
  name: string;
  note: string;
}): Html {
  const { action, verb, id, name, note } = question;
  const title = verb === 'revoke' ? 'Revoke' : 'Rotate';
  return html`<details class="ask">
    <summary aria-label="${title} ${name}">${title}</summary>
    <form method="post" action="${action}">
      <p>${note}</p>
      <button class="deny" type="submit" name="${verb}" value="${id}">${title} ${name}</button>
    </form>
  </details>`;
}
