// A button that asks once before it does what cannot be undone: it is behind its name. No I/O.
import { html, type Html } from './html.ts';

const titles = { revoke: 'Revoke', rotate: 'Rotate', disconnect: 'Disconnect' };

/** Sends `verb=id`; `note` says what it does to `name`. */
export function askForm(question: {
  action: string;
  verb: keyof typeof titles;
  id: string;
  name: string;
  note: string;
}): Html {
  const { action, verb, id, name, note } = question;
  const title = titles[verb];
  return html`<details class="ask">
    <summary aria-label="${title} ${name}">${title}</summary>
    <form method="post" action="${action}">
      <p>${note}</p>
      <button class="deny" type="submit" name="${verb}" value="${id}">${title} ${name}</button>
    </form>
  </details>`;
}
