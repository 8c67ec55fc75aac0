// Windmill's shapes of scripts, jobs and workers for results of tools: snake_case names, ISO
// times. What a person wrote (args, result, schema, extra_perms) keeps its own names.
import type { JsonObject } from '../protocol.ts';

const verbatim = new Set(['args', 'result', 'schema', 'extraPerms', 'extra']);

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function shape(item: JsonObject): JsonObject {
  const entries = Object.entries(item)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => {
      const isTime = /At$|^scheduledFor$|^lastPing$/.test(name) && typeof value === 'number';
      const shown = isTime ? new Date(value).toISOString() : value;
      return [snakeCase(name), verbatim.has(name) ? value : shown];
    });
  return Object.fromEntries(entries);
}

export const scriptShape = (script: JsonObject): JsonObject => {
  const { extra, ...own } = script;
  return { ...(typeof extra === 'object' ? extra : {}), ...shape(own) };
};
export const jobShape = shape;
export const workerShape = shape;
