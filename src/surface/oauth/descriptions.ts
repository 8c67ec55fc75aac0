// Clients that describe themselves at an https address, which is their id (Client ID Metadata
// Documents). The document is fetched through egress and made as harmless as a registration.
import { AppError } from '../../base/index.ts';
import { type Egress, readText } from '../../egress/index.ts';
import { describeClient, readMetadata } from './registration.ts';

/** Descriptions are small: the draft advises 5 KB. */
const maxBytes = 5 * 1024;

function parsed(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError('invalid_input', 'The description of the client is not JSON.');
  }
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new AppError('invalid_input', 'The description of the client is no JSON object.');
}

/**
 * The `fetch` of the authorization server, which fetches nothing but descriptions. Throws what
 * egress throws, `too_large`, and `invalid_input` for redirect URIs that no client may have. That
 * the document names its own address is checked by the library.
 */
export function fetchDescription(egress: Pick<Egress, 'fetch'>) {
  return async (address: string, signal: AbortSignal | undefined): Promise<Response> => {
    const answer = await egress.fetch(address, {
      headers: { accept: 'application/json' },
      ...(signal && { signal }),
    });
    if (answer.status !== 200) return answer;
    const said = parsed(await readText(answer, maxBytes));
    if (said['client_secret'] !== undefined) {
      throw new AppError('invalid_input', 'The description of the client holds a secret.');
    }
    const described = describeClient(String(said['client_id']), readMetadata(said));
    const caching = answer.headers.get('cache-control');
    return Response.json(described, {
      headers: caching === null ? {} : { 'cache-control': caching },
    });
  };
}
