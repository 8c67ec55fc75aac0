// Form fields from a JSON Schema of an object, and the values back out of what a form sends.
// What a field cannot show (lists, objects) is JSON in a text area. No I/O.
import { AppError, isObject } from '../../base/index.ts';
import { html, type Html } from './html.ts';

type Json = Readonly<Record<string, unknown>>;
type Form = Readonly<Record<string, string>>;

/** Values to begin with and choices, by field, beside what the schema says. */
export interface Suggested {
  values: Json;
  choices: Json;
}

interface FormField {
  name: string;
  schema: Json;
  required: boolean;
  choices: readonly unknown[] | undefined;
}

const own = (object: Json, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

const textList = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];

/** The form's name of a field: whatever a schema calls it, it meets no other name. */
const formName = (name: string): string => `arg.${name}`;

/** A choice is a value, or `{value, label}`. */
const valueOf = (choice: unknown): unknown =>
  isObject(choice) && 'value' in choice ? choice['value'] : choice;
const labelOf = (choice: unknown): string =>
  String(isObject(choice) ? (choice['label'] ?? choice['value']) : choice);

function fieldsOf(schema: unknown, { choices }: Suggested): FormField[] {
  const properties = isObject(schema) ? schema['properties'] : undefined;
  if (!isObject(schema) || !isObject(properties)) return [];
  const known = Object.keys(properties);
  const first = textList(schema['order']).filter((name) => Object.hasOwn(properties, name));
  const required = textList(schema['required']);
  return [...new Set([...first, ...known])].map((name) => {
    const said = properties[name];
    const field = isObject(said) ? said : {};
    const list = own(choices, name) ?? field['enum'];
    return {
      name,
      schema: field,
      required: required.includes(name),
      choices: Array.isArray(list) ? list : undefined,
    };
  });
}

const inputTypes: Readonly<Record<string, string>> = {
  date: 'date',
  email: 'email',
  password: 'password',
  uri: 'url',
};

function shownText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

function isText({ schema, choices }: FormField): boolean {
  return choices !== undefined || ['string', undefined].includes(schema['type'] as string);
}

function control(field: FormField, value: unknown, flags: Html): Html {
  const { schema, choices } = field;
  const name = formName(field.name);
  const type = schema['type'];
  if (type === 'boolean') {
    return html`<input
      id="${name}"
      name="${name}"
      type="checkbox"
      ${value === true ? html`checked` : undefined}
    />`;
  }
  if (choices) {
    const options = choices.map((choice) => {
      const chosen = JSON.stringify(valueOf(choice)) === JSON.stringify(value);
      return html`<option
        value="${shownText(valueOf(choice))}"
        ${chosen ? html`selected` : undefined}
      >
        ${labelOf(choice)}
      </option>`;
    });
    return html`<select id="${name}" name="${name}" ${flags}>
      <option value="">Choose…</option>
      ${options}
    </select>`;
  }
  if (type === 'number' || type === 'integer') {
    const step = type === 'integer' ? '1' : 'any';
    return html`<input
      id="${name}"
      name="${name}"
      type="number"
      step="${step}"
      value="${shownText(value)}"
      ${flags}
    />`;
  }
  const format = typeof schema['format'] === 'string' ? schema['format'] : '';
  if (!isText(field) || format === 'textarea') {
    return html`<textarea id="${name}" name="${name}" rows="4" ${flags}>
${shownText(value)}</textarea>`;
  }
  return html`<input
    id="${name}"
    name="${name}"
    type="${inputTypes[format] ?? 'text'}"
    value="${shownText(value)}"
    autocomplete="off"
    ${flags}
  />`;
}

/** The fields; `sent`: what a form that was refused held. */
export function schemaFields(schema: unknown, suggested: Suggested, sent: Form | undefined): Html {
  const fields = fieldsOf(schema, suggested).map((field) => {
    const name = formName(field.name);
    const first = own(suggested.values, field.name) ?? field.schema['default'];
    const value = sent ? sentValue(field, sent[name]) : first;
    const note = field.schema['description'];
    const about =
      typeof note === 'string' && note !== ''
        ? html`<p class="note" id="${name}-note">${note}</p>`
        : undefined;
    const flags = html`${field.required ? html`required` : undefined}
    ${about ? html`aria-describedby="${name}-note"` : undefined}`;
    const title = field.schema['title'];
    const label = typeof title === 'string' && title !== '' ? title : field.name;
    return html`<div class="field">
      <label for="${name}">${label}${field.required ? ' *' : ''}</label>
      ${control(field, value, flags)} ${about}
    </div>`;
  });
  return html`${fields}`;
}

/** What was sent, to be shown again as it was. */
function sentValue({ schema }: FormField, text: string | undefined): unknown {
  return schema['type'] === 'boolean' ? text === 'on' : text;
}

function parsed(field: FormField, text: string): unknown {
  const { schema, choices } = field;
  if (choices) {
    const choice = choices.find((each) => shownText(valueOf(each)) === text);
    if (choice !== undefined) return valueOf(choice);
    throw new AppError('invalid_input', `${field.name}: choose one of the values.`);
  }
  const type = schema['type'];
  if (type === 'number' || type === 'integer') {
    const value = Number(text);
    if (type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value)) return value;
    throw new AppError('invalid_input', `${field.name}: this is no number.`);
  }
  if (isText(field)) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('invalid_input', `${field.name}: this is not JSON.`);
  }
}

/** The object that the form stands for. Throws `invalid_input` that names the field. */
export function schemaValues(schema: unknown, suggested: Suggested, form: Form): Json {
  const entries: [string, unknown][] = [];
  for (const field of fieldsOf(schema, suggested)) {
    const text = own(form, formName(field.name)) as string | undefined;
    if (field.schema['type'] === 'boolean') entries.push([field.name, text === 'on']);
    else if (text !== undefined && text !== '') entries.push([field.name, parsed(field, text)]);
    else if (field.required) {
      throw new AppError('invalid_input', `${field.name}: this is needed.`);
    }
  }
  return Object.fromEntries(entries);
}
