// The body of `execute_component`: what a page of an app asks to run. What is not built is refused
// by name; nothing is passed over in silence.
import { AppError } from '../../base/index.ts';
import { filled } from './fields.ts';
import type { WireRequest } from './wire-request.ts';

type Json = Record<string, unknown>;

function objectOf(name: string, value: unknown): Json {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return filled(value as Json);
  throw new AppError('invalid_input', `The field ${name} must be a JSON object.`);
}

/** An editor's preview sends the policy of the moment; nothing here runs without a stored one. */
function assertStored(body: Json): void {
  const previews = Object.keys(body).some((name) => name.startsWith('force_viewer_'));
  if (!previews && Object.keys(objectOf('temp_script_refs', body['temp_script_refs'])).length === 0)
    return;
  throw new AppError('not_implemented', 'Components are not run before the app is deployed.', {
    hint: 'Try the code with jobs/run/preview, or deploy the app.',
  });
}

/** A component is no webhook: no preprocessor is asked, and the page chooses no tag and no time. */
function assertNoRunOptions(params: Json): void {
  const { skip_preprocessor: _never, ...others } = params;
  const [name] = Object.keys(others);
  if (name === undefined) return;
  throw new AppError('not_implemented', `run_query_params.${name} is not taken for components.`, {
    hint: 'Leave it out; tag, timeout and limits are those of the script or flow.',
  });
}

const fields = new Set(['component', 'path', 'args', 'raw_code', 'version', 'run_query_params']);
const previewFields = /^(?:force_viewer_\w+|temp_script_refs)$/;

function assertKnown(names: readonly string[], known: ReadonlySet<string>, where: string): void {
  const unknown = names.find((name) => !known.has(name) && !previewFields.test(name));
  if (unknown === undefined) return;
  throw new AppError('invalid_input', `execute_component takes no ${where}${unknown}.`, {
    hint: `It takes ${[...known].join(', ')}.`,
  });
}

const codeFields = new Set(['content', 'language', 'lock', 'cache_ttl', 'path']);

/** The input of `apps.execute`. */
export function execution(request: WireRequest): Record<string, unknown> {
  const body = filled(request.fields());
  assertKnown(Object.keys(body), fields, '');
  assertStored(body);
  assertNoRunOptions(objectOf('run_query_params', body['run_query_params']));
  const { component, path, args, raw_code: raw, version } = body;
  const code = objectOf('raw_code', raw);
  assertKnown(Object.keys(code), codeFields, 'raw_code.');
  const isCode = typeof path === 'string' && path.startsWith('rawscript/');
  return {
    path: request.path(),
    component,
    ...filled({ args, version, runnable: isCode || path === '' ? undefined : path }),
    ...(raw !== undefined && {
      rawCode: filled({
        content: code['content'],
        language: code['language'],
        lock: code['lock'],
        cacheTtlS: code['cache_ttl'],
      }),
    }),
  };
}
