// The choice of what a client or token may do: the fields of it, and the choice back out of what a
// form sends. What a choice means is `scopePicker`'s business. No I/O.
import { AppError } from '../../base/index.ts';
import { scopePicker } from '../../operation/index.ts';
import { html, type Html } from './html.ts';

export type ToolChoice = ReturnType<typeof scopePicker.choiceOf>;
export type Mode = ToolChoice['mode'];

type Form = Readonly<Record<string, string>>;

export interface PickerFacts {
  choice: ToolChoice;
  /** False where something else than a choice of the picker is chosen. */
  isChosen?: boolean;
  /** Scopes that no field stands for, to be ticked or not. */
  others: readonly string[];
  /** The folders to choose from, such as `f/team`. */
  folders: readonly string[];
  /** What each mode results in, where that is known. */
  lists: ReadonlyMap<Mode, Html>;
}

const labels: readonly (readonly [mode: Mode, label: string, note: string])[] = [
  ['all', 'Everything', 'all scripts, flows and tools, as far as you may'],
  ['favorites', 'My favourites', 'the scripts and flows that you starred, and all tools'],
  ['folders', 'Folders', 'the scripts and flows in some folders, and all tools there'],
  ['custom', 'Custom', 'only what you name'],
  ['read', 'Read only', 'looks, but runs and changes nothing'],
];

const listFields = [
  ['scripts', 'Scripts'],
  ['flows', 'Flows'],
  ['endpoints', 'Tools'],
] as const;

/** `folder:f/team` → `f/team`, for the boxes that are ticked. */
function ticked(form: Form, prefix: string): string[] {
  return Object.keys(form).flatMap((name) =>
    name.startsWith(prefix) ? [name.slice(prefix.length)] : [],
  );
}

const words = (text = ''): string[] => text.split(/[\s,]+/).filter((word) => word !== '');

/** Throws `invalid_input` when nothing is chosen. */
export function choiceFrom(form: Form): ToolChoice {
  const mode = scopePicker.modes.find((known) => known === form['access']);
  if (!mode) throw new AppError('invalid_input', 'Choose what it may do.');
  return {
    mode,
    folders: ticked(form, 'folder:'),
    scripts: words(form['scripts']),
    flows: words(form['flows']),
    endpoints: words(form['endpoints']),
    others: ticked(form, 'other:'),
    readOnly: form['readOnly'] !== undefined,
  };
}

function box(name: string, label: string, checked: boolean): Html {
  return html`<div class="choice">
    <input type="checkbox" id="${name}" name="${name}" ${checked && { markup: 'checked' }} />
    <label for="${name}"><code>${label}</code></label>
  </div>`;
}

function folderBoxes({ choice, folders }: PickerFacts): Html {
  const all = [...new Set([...folders, ...choice.folders])];
  if (all.length === 0) return html`<p class="note">There is no folder that you may read.</p>`;
  return html`<fieldset>
    <legend>Which folders</legend>
    ${all.map((folder) => box(`folder:${folder}`, folder, choice.folders.includes(folder)))}
  </fieldset>`;
}

function patternFields({ choice }: PickerFacts): Html {
  const fields = listFields.map(
    ([name, label]) =>
      html`<div class="field">
        <label for="${name}">${label}</label>
        <textarea
          id="${name}"
          name="${name}"
          rows="2"
          spellcheck="false"
          autocapitalize="none"
          aria-describedby="patterns-note"
        >
${choice[name].join('\n')}</textarea>
      </div>`,
  );
  return html`${fields}
    <p class="note" id="patterns-note">
      Paths such as <code>f/team/report</code>, folders such as <code>f/team/*</code>, names of
      tools such as <code>getJob</code>, or <code>*</code> for all; one on each line.
    </p>`;
}

/** One way to choose; `inner` is shown while it is chosen. */
export function pickerOption(option: {
  mode: string;
  label: string;
  note: string;
  checked: boolean;
  inner?: Html;
}): Html {
  const { mode, label, note, checked, inner } = option;
  const id = `access-${mode}`;
  return html`<div class="option">
    <div class="choice">
      <input
        type="radio"
        id="${id}"
        name="access"
        value="${mode}"
        ${checked && { markup: 'checked' }}
      />
      <label for="${id}">${label} <span class="note">${note}</span></label>
    </div>
    ${inner && html`<div class="when">${inner}</div>`}
  </div>`;
}

function optionOf(facts: PickerFacts, [mode, label, note]: (typeof labels)[number]): Html {
  const inner = html`${mode === 'folders' && folderBoxes(facts)}
  ${mode === 'custom' && patternFields(facts)} ${facts.lists.get(mode)}`;
  const checked = facts.isChosen !== false && mode === facts.choice.mode;
  return pickerOption({ mode, label, note, checked, inner });
}

/** The fields; `extra` stands after the others. */
export function pickerFields(facts: PickerFacts, extra?: Html): Html {
  const { others, choice } = facts;
  return html`<fieldset id="tools">
      <legend>What it may do</legend>
      ${labels.map((label) => optionOf(facts, label))} ${extra}
    </fieldset>
    <div class="choice">
      <input
        type="checkbox"
        id="readOnly"
        name="readOnly"
        ${choice.readOnly && choice.mode !== 'read' && { markup: 'checked' }}
      />
      <label for="readOnly"
        >Look only <span class="note">it runs and changes nothing of that</span></label
      >
    </div>
    ${
      others.length > 0 &&
      html`<fieldset>
        <legend>It asks for this too</legend>
        ${others.map((scope) => box(`other:${scope}`, scope, choice.others.includes(scope)))}
      </fieldset>`
    }`;
}
