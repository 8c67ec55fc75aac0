// `/api/w/{ws}/favorites/*`: stars. Windmill tells apps of two kinds apart; a path is one app here.
import { post, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

function itemOf(request: WireRequest): Record<string, unknown> {
  const { favorite_kind: kind, path } = request.fields();
  return { kind: kind === 'raw_app' ? 'app' : kind, path };
}

const row = (verb: 'star' | 'unstar'): Row =>
  post({
    path: `w/:workspace/favorites/${verb}`,
    operation: `favorites.${verb}`,
    input: itemOf,
    answer: text(({ path }: { path: string }) => `${verb}red ${path}`),
  });

export const favoriteRows: readonly Row[] = [row('star'), row('unstar')];
