// Form fields and notices that several pages share.
import { html, type Html } from './html.ts';

export interface Field {
  name: string;
  /** Of the element, where a page has several fields of the name. */
  id?: string;
  label: string;
  type?: 'text' | 'email' | 'password';
  value?: string | undefined;
  autocomplete: string;
  note?: string;
  required?: boolean;
  /** The first field of a page takes the cursor. */
  first?: boolean;
  /** What was sent could not be taken. */
  invalid?: boolean;
}

/** A labelled input; its note is read out with it. */
export function fieldOf(field: Field): Html {
  const { name, id = name, label, type = 'text', value, note } = field;
  const flags = [
    field.required === false ? '' : 'required',
    field.first ? 'autofocus' : '',
    field.invalid ? 'aria-invalid="true"' : '',
    type === 'text' || type === 'email' ? 'autocapitalize="none" spellcheck="false"' : '',
  ].join(' ');
  return html`<div class="field">
    <label for="${id}">${label}</label>
    <input
      id="${id}"
      name="${name}"
      type="${type}"
      autocomplete="${field.autocomplete}"
      value="${value ?? ''}"
      ${note === undefined ? undefined : html`aria-describedby="${id}-note"`}
      ${{ markup: flags }}
    />
    ${note === undefined ? undefined : html`<p class="note" id="${id}-note">${note}</p>`}
  </div>`;
}

/** What went wrong, announced to screen readers when the page comes. */
export function problemNotice(problem: Problem | undefined): Html | undefined {
  if (!problem) return undefined;
  const hint = problem.hint === undefined ? undefined : html`<p>${problem.hint}</p>`;
  return html`<div class="problem" role="alert">
    <p>${problem.message}</p>
    ${hint}
  </div>`;
}

export interface Problem {
  message: string;
  hint?: string | undefined;
  /** `fields`: names of those that could not be taken, as `validate` tells them. */
  details?: Readonly<Record<string, unknown>> | undefined;
}

/** Could the field not be taken? */
export function isInvalid(name: string, problem: Problem | undefined): boolean {
  const fields = problem?.details?.['fields'];
  return Array.isArray(fields) && fields.includes(name);
}
