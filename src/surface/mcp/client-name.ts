// What a client calls itself: for logs of what was done, never a proof of anything.
import type { McpHttpRequest } from './http-messages.ts';
import { isObject, metaKeys } from './protocol.ts';

const maxChars = 80;

/** Name and version: each request of the stateless era says them; else the User-Agent may. */
export function clientNameOf({ headers }: McpHttpRequest, meta: unknown): string | undefined {
  const said = isObject(meta) ? meta[metaKeys.clientInfo] : undefined;
  if (isObject(said) && typeof said['name'] === 'string') {
    const { name, version = '' } = said as { name: string; version?: unknown };
    return `${name}/${typeof version === 'string' ? version : ''}`.slice(0, maxChars);
  }
  return headers['user-agent']?.slice(0, maxChars);
}

const families = ['claude', 'chatgpt', 'openai', 'cursor', 'gemini', 'vscode', 'codex'] as const;

/** One of a few words, for counting. */
export function clientFamily(name: string | undefined): string {
  const plain = (name ?? '').toLowerCase().replace(/[^a-z]/g, '');
  return families.find((family) => plain.includes(family)) ?? 'other';
}
