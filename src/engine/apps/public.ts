// What people see of an app without an account: how it looks and what it may run, but neither the
// code of its runnables, nor what their inputs are fixed to, nor who deployed it.
import type { App } from './app.ts';
import { isObject, type Json } from './problems.ts';

function withoutSecrets(here: Json): Json {
  const shown: Json = { ...here };
  const script = here['inlineScript'];
  if (isObject(script) && script['language'] !== 'frontend') {
    const { content: _code, lock: _lock, ...rest } = script;
    shown['inlineScript'] = rest;
  }
  const { fields } = here;
  if (isObject(fields)) {
    shown['fields'] = Object.fromEntries(
      Object.entries(fields).map(([name, field]) => {
        if (!isObject(field) || field['type'] !== 'static') return [name, field];
        const { value: _fixed, ...rest } = field;
        return [name, rest];
      }),
    );
  }
  return shown;
}

/** Copies on the way down; a body is at most 200 levels deep. */
function shownValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shownValue);
  if (!isObject(value)) return value;
  const entries = Object.entries(withoutSecrets(value));
  return Object.fromEntries(entries.map(([key, each]) => [key, shownValue(each)]));
}

/** The app as everybody may see it. */
export function publicApp(app: App): App {
  const { files: _sources, unusedInlineScripts: _unused, ...value } = app.value;
  return {
    ...app,
    value: shownValue(value) as Json,
    policy: { execution_mode: app.executionMode },
    versions: [app.version],
    extraPerms: {},
    createdBy: '',
    editedBy: '',
  };
}
