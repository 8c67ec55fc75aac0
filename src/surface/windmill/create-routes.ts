// `http_triggers/create_many`: one `httpTriggers.create` for each route of the list. When one is
// refused, those before it are taken back, so that the list can be sent again.
import { AppError } from '../../base/index.ts';
import { creation } from './http-triggers.ts';
import type { WireRequest } from './wire-request.ts';

const maxRoutes = 100;

function listOf({ body }: WireRequest): Record<string, unknown>[] {
  const list = body?.value;
  const isObject = (entry: unknown): entry is Record<string, unknown> =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry);
  if (!Array.isArray(list) || !list.every(isObject)) {
    throw new AppError('invalid_input', 'The body must be a JSON list of HTTP routes.');
  }
  if (list.length <= maxRoutes) return list;
  throw new AppError('too_large', `At most ${maxRoutes} HTTP routes at a time.`);
}

/** Answers the paths. Throws what refused a route, with its place in the list. */
export async function createRoutes(
  request: WireRequest,
  invoke: (name: string, input: unknown) => Promise<unknown>,
): Promise<string[]> {
  const made: string[] = [];
  for (const [at, body] of listOf(request).entries()) {
    try {
      const { path } = (await invoke('httpTriggers.create', creation(body))) as { path: string };
      made.push(path);
    } catch (error) {
      for (const path of made) await invoke('httpTriggers.delete', { path });
      if (!(error instanceof AppError)) throw error;
      const { code, message, hint } = error;
      throw new AppError(code, `Route ${at + 1} of the list: ${message}`, hint ? { hint } : {});
    }
  }
  return made;
}
