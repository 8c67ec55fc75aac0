// The addresses that Windmill publishes, with their operation ids: 1.818 in `published.txt`, as
// its Apache-2.0 client package lists them. Read when somebody first asks for one that is not
// built, so that the answer says so instead of `no such address`.
import { readFileSync } from 'node:fs';
import { AppError } from '../../base/index.ts';

export interface Published {
  method: string;
  /** Below `/api`, with `{name}` for what differs. */
  path: string;
  operationId: string;
}

/** One `METHOD /path operationId` a line. */
export function readPublished(): Published[] {
  return readFileSync(new URL('published.txt', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [method = '', path = '', operationId = ''] = line.split(' ');
      return { method, path, operationId };
    });
}

/** `{path}` of an item holds slashes; every other `{name}` is one segment. */
function patternOf(path: string): RegExp {
  const parts = path.split('/').map((part) => {
    if (/^\{(?:\w+_|file)?path\}$/.test(part)) return '.+';
    return part.replace(/[.$*+?()[\]|\\]/g, String.raw`\$&`).replace(/\{\w+\}/g, '[^/]+');
  });
  return new RegExp(`^${parts.join('/')}/?$`);
}

/** The error for an address of Windmill's that is not built; undefined for one it has not. */
export type NotBuilt = (method: string, url: string) => AppError | undefined;

/** `url` comes with `/api`; its query is ignored. */
export function createNotBuilt(): NotBuilt {
  let entries: (Published & { pattern: RegExp })[] | undefined;
  return (method, url) => {
    const [address = ''] = url.split('?', 1);
    if (!address.startsWith('/api/')) return undefined;
    entries ??= readPublished().map((entry) => ({ ...entry, pattern: patternOf(entry.path) }));
    const below = address.slice('/api'.length);
    const found = entries.find((entry) => entry.method === method && entry.pattern.test(below));
    if (!found) return undefined;
    const { operationId, path } = found;
    return new AppError('not_implemented', `Not built: ${operationId} (${method} /api${path}).`, {
      hint: 'Windmill has this operation, Millrace does not. GET /api/openapi.json lists ours.',
      details: { operationId },
    });
  };
}
