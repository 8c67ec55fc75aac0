// `jobs/run/dependencies`, `dependencies_async` and `flow_dependencies_async`: the locks that
// Windmill's command line asks for before it pushes.
import { AppError } from '../../base/index.ts';
import { filled } from './fields.ts';
import { resultAnswer } from './result.ts';
import { post, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const jobs = 'w/:workspace/jobs/run';
const idText = text(({ id }: { id: string }) => id, 201);

const saysSomething = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

/** Dependencies of the workspace would make another lock than the one that is asked for. */
function assertPlain(body: Record<string, unknown>): void {
  if (!saysSomething(body['raw_workspace_dependencies'])) return;
  throw new AppError('not_implemented', 'Not built: raw_workspace_dependencies.', {
    hint: 'Name the versions in the imports.',
  });
}

interface RawScript {
  raw_code?: unknown;
  language?: unknown;
  script_path?: unknown;
}

function scriptOf(request: WireRequest): Record<string, unknown> {
  const body = request.fields();
  assertPlain(body);
  const { raw_scripts, entrypoint } = body;
  const all: RawScript[] = Array.isArray(raw_scripts) ? raw_scripts : [];
  const script = all.find(({ script_path }) => script_path === entrypoint) ?? all[0];
  if (!script) throw new AppError('invalid_input', 'raw_scripts: one script at least.');
  return {
    content: script.raw_code,
    language: script.language,
    path: script.script_path ?? entrypoint,
    ...filled({ localScripts: body['temp_script_refs'] }),
  };
}

export const lockRows: readonly Row[] = [
  post({
    path: `${jobs}/dependencies`,
    operation: 'jobs.lockScriptWait',
    input: scriptOf,
    answer: resultAnswer,
  }),
  post({
    path: `${jobs}/dependencies_async`,
    operation: 'jobs.lockScript',
    input: scriptOf,
    answer: idText,
  }),
  post({
    path: `${jobs}/flow_dependencies_async`,
    operation: 'jobs.lockFlow',
    input: (request) => {
      const body = request.fields();
      assertPlain(body);
      const localScripts = body['temp_script_refs'];
      return { value: body['flow_value'], path: body['path'], ...filled({ localScripts }) };
    },
    answer: idText,
  }),
];
