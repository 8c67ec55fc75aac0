// `scripts/raw_temp/*`: what Windmill's command line sends of its own files, so that previews and
// locks import them. Its `temp_script_refs` then name them by their hashes.
import { AppError } from '../../base/index.ts';
import { json, post, type Row, text } from './table.ts';

const scripts = 'w/:workspace/scripts/raw_temp';

export const localScriptRows: readonly Row[] = [
  post({
    path: `${scripts}/store`,
    operation: 'scripts.storeLocal',
    // The body is the source itself, as a JSON string.
    input: ({ body }) => ({ content: body?.value }),
    answer: text(({ hash }: { hash: string }) => hash),
  }),
  post({
    path: `${scripts}/diff`,
    operation: 'scripts.differing',
    input(request) {
      const { scripts: asked, workspace_deps } = request.fields();
      if (Array.isArray(workspace_deps) && workspace_deps.length > 0) {
        throw new AppError('not_implemented', 'Not built: workspace_deps.', {
          hint: 'Name the versions in the imports.',
        });
      }
      return { scripts: asked ?? {} };
    },
    answer: json(),
  }),
];
