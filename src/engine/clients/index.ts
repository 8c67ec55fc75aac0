// The files that jobs call services with, as texts: scripts of this server import them by name
// ('millrace', `mcpgate`), and people copy them for jobs of other servers. They run in jobs alone.
import { readFileSync } from 'node:fs';

const textOf = (place: string): string => readFileSync(new URL(place, import.meta.url), 'utf8');

/** What scripts import, and its source. */
export const clientModule = { specifier: 'millrace', source: textOf('./millrace.ts') };

/** What people copy, by file name. */
export const clientFiles: ReadonlyMap<string, string> = new Map([
  ['millrace.ts', clientModule.source],
  ['mcpgate.py', textOf('../runners/harness/mcpgate_api.py')],
]);
