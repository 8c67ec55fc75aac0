// `scripts/delete_bulk`, and the same of variables and resources: one `….delete` for each path of
// the list. When one is refused, those before it are gone, and the error says how many.
import { AppError } from '../../base/index.ts';
import type { WireRequest } from './wire-request.ts';

export const bulkKinds = ['scripts', 'variables', 'resources'] as const;

const maxPaths = 1000;

function pathsOf(request: WireRequest): string[] {
  const { paths } = request.fields();
  if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) {
    throw new AppError('invalid_input', 'paths must be a list of paths.');
  }
  if (paths.length <= maxPaths) return [...new Set(paths)];
  throw new AppError('too_large', `At most ${maxPaths} paths at a time.`);
}

/** Answers the paths that are gone. Throws what refused one. */
export async function deleteBulk(
  request: WireRequest,
  remove: (path: string) => Promise<unknown>,
): Promise<string[]> {
  const gone: string[] = [];
  for (const path of pathsOf(request)) {
    try {
      await remove(path);
      gone.push(path);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const said = `${error.message} ${gone.length} before it were deleted.`;
      throw new AppError(error.code, said, error.hint ? { hint: error.hint } : {});
    }
  }
  return gone;
}
