// Sends a GraphQL document with its variables to the server of a `graphql` resource, and answers
// its `data`. Runs inside the child.
import { readGraphqlVariables } from '../../queries/index.ts';
import { connectionOf, type DriverLimits, driverError, textOr } from './answer.ts';

async function readBody(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) {
      const message = `the answer is more than the limit of ${maxBytes} bytes: ask for less`;
      throw driverError('ResultTooLarge', message);
    }
  }
  return Buffer.concat(chunks).toString();
}

function headersOf(api: Record<string, unknown>): Headers {
  const headers = new Headers({ 'content-type': 'application/json', accept: 'application/json' });
  const token = textOr(api['bearer_token'], undefined);
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  for (const [name, value] of Object.entries((api['custom_headers'] as object | null) ?? {})) {
    headers.set(name, String(value));
  }
  return headers;
}

/** Variables without a value are left out, so that the server's defaults apply. */
function variablesOf(source: string, values: Record<string, unknown>): Record<string, unknown> {
  const names = readGraphqlVariables(source).map(({ name }) => name);
  const given = names.filter((name) => values[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, values[name]]));
}

export async function main(
  source: string,
  values: Record<string, unknown>,
  limits: DriverLimits,
): Promise<unknown> {
  const api = connectionOf(values['api'], 'api', 'graphql');
  const address = textOr(api['base_url'], '');
  if (!/^https?:/.test(address) || !URL.canParse(address)) {
    throw driverError('ArgumentErr', 'base_url of the graphql resource must be an http address');
  }
  const request = {
    method: 'POST',
    headers: headersOf(api),
    body: JSON.stringify({ query: source, variables: variablesOf(source, values) }),
  };
  const response = await fetch(address, request).catch((error: unknown) => {
    const { host } = new URL(address);
    const { cause, message } = error as Error;
    const why = (cause as Error | undefined)?.message || message;
    throw driverError('ConnectionErr', `no answer from ${host}: ${why}`);
  });
  const text = await readBody(response, limits.maxResultBytes);
  let answer: { data?: unknown; errors?: { message?: unknown }[] };
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch {
    throw driverError('QueryError', `status ${response.status}, no JSON: ${text.slice(0, 500)}`);
  }
  const errors = Array.isArray(answer.errors) ? answer.errors : [];
  if (errors.length > 0) {
    throw driverError('QueryError', errors.map(({ message }) => String(message)).join('\n'));
  }
  if (!response.ok) {
    throw driverError('QueryError', `status ${response.status}: ${text.slice(0, 500)}`);
  }
  return answer.data ?? null;
}
