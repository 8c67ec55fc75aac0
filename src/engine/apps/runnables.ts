// What the components of an app run, and what their inputs are connected to. Pure: reads the value
// of a low-code or a full-code app; whether the code parses and the paths exist is `check.ts`.
import { sha256 } from '../../base/index.ts';
import { type Component, readLayout } from './grid.ts';
import { isObject, join, type Json, type Problem } from './problems.ts';

interface Source {
  /** The component, `bg_<n>` of a background runnable, or the key in a full-code app. */
  component: string;
  at: string;
  fields: Json;
}

/** Code that stands in the app itself. */
export interface InlineRunnable extends Source {
  kind: 'inline';
  content: string;
  language: string;
  lock: string | null;
  tag: string | null;
  /** How long a result may be used again; 0: never. */
  cacheTtlS: number;
}

/** A deployed script or flow. */
export interface PathRunnable extends Source {
  kind: 'script' | 'flow';
  path: string;
}

export type AppRunnable = InlineRunnable | PathRunnable;

/** The key of a runnable in `policy.triggerables_v2`. */
export function triggerableKey(runnable: AppRunnable): string {
  const { component } = runnable;
  if (runnable.kind !== 'inline') return `${component}:${runnable.kind}/${runnable.path}`;
  return rawScriptKey(component, runnable.content);
}

export const rawScriptKey = (component: string, content: string): string =>
  `${component}:rawscript/${sha256(content)}`;

export interface Contents {
  /** Every component; none in a full-code app. */
  components: Component[];
  runnables: AppRunnable[];
  /** Inline scripts that run in the browser. */
  browser: InlineRunnable[];
  problems: Problem[];
}

const inlineExample = {
  type: 'inline',
  name: 'Greet',
  inlineScript: { language: 'bun', content: "export const main = () => 'hello'" },
};

/** A year, in seconds. */
export const maxCacheTtlS = 31_536_000;

const isCacheTtl = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= maxCacheTtlS;

const runTypes: Readonly<Record<string, 'script' | 'flow'>> = {
  script: 'script',
  hubscript: 'script',
  flow: 'flow',
};

type Read = { runnable: AppRunnable } | { problem: Problem } | undefined;

function readInline(given: Json, source: Source): Read {
  const { at } = source;
  const inside = join(at, 'inlineScript');
  const script = given['inlineScript'];
  if (script === undefined || script === null) return undefined;
  if (!isObject(script) || typeof script['content'] !== 'string') {
    const rule = 'an inline script has its code as content';
    return { problem: { at: inside, rule, example: inlineExample.inlineScript } };
  }
  const { content, language, lock, tag, cache_ttl: ttl } = script;
  if (typeof language !== 'string') {
    const rule = 'an inline script says its language';
    return { problem: { at: join(inside, 'language'), rule, example: 'bun' } };
  }
  if (ttl !== undefined && ttl !== null && !isCacheTtl(ttl)) {
    const rule = `cache_ttl is a number of seconds from 0 to ${maxCacheTtlS}`;
    return { problem: { at: join(inside, 'cache_ttl'), rule, example: 60 } };
  }
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    runnable: {
      ...source,
      kind: 'inline',
      content,
      language,
      lock: text(lock) === '' ? null : text(lock),
      tag: text(tag) === '' ? null : text(tag),
      cacheTtlS: isCacheTtl(ttl) ? ttl : 0,
    },
  };
}

/** Undefined: a component whose runnable is still to be chosen. */
function readRunnable(given: unknown, source: Source): Read {
  if (given === undefined || given === null) return undefined;
  const { at } = source;
  if (!isObject(given)) {
    return { problem: { at, rule: 'a runnable is an object', example: inlineExample } };
  }
  const type = given['type'] ?? (given['inlineScript'] ? 'inline' : undefined);
  if (type === 'inline' || type === 'runnableByName') return readInline(given, source);
  const byPath = type === 'path' || type === 'runnableByPath';
  const named = byPath ? (given['runType'] ?? 'script') : type;
  const kind = typeof named === 'string' ? runTypes[named] : undefined;
  if (kind === undefined) {
    const rule = 'a runnable is inline, or a path with runType script, flow or hubscript';
    return { problem: { at: join(at, 'type'), rule, example: inlineExample } };
  }
  const { path } = given;
  if (typeof path !== 'string' || path === '') {
    const rule = `the path of the ${kind} is missing`;
    return { problem: { at: join(at, 'path'), rule, example: 'f/team/report' } };
  }
  return { runnable: { ...source, kind, path } };
}

function take(contents: Contents, read: Read): void {
  if (!read) return;
  if ('problem' in read) {
    contents.problems.push(read.problem);
  } else if (read.runnable.kind === 'inline' && read.runnable.language === 'frontend') {
    contents.browser.push(read.runnable);
  } else {
    contents.runnables.push(read.runnable);
  }
}

const fieldsOf = (given: unknown): Json => (isObject(given) ? given : {});

/** The contents of a low-code app. */
export function readLowCode(value: Json): Contents {
  const { components, problems } = readLayout(value);
  const contents: Contents = { components, runnables: [], browser: [], problems };
  for (const { id, data, at } of components) {
    const input = data['componentInput'];
    if (!isObject(input) || input['type'] !== 'runnable') continue;
    take(
      contents,
      readRunnable(input['runnable'], {
        component: id,
        at: join(join(at, 'componentInput'), 'runnable'),
        fields: fieldsOf(input['fields']),
      }),
    );
  }
  const hidden = value['hiddenInlineScripts'];
  if (Array.isArray(hidden)) {
    for (const [n, given] of hidden.entries()) {
      const at = join('value.hiddenInlineScripts', n);
      const fields = fieldsOf(isObject(given) ? given['fields'] : undefined);
      take(contents, readRunnable(given, { component: `bg_${n}`, at, fields }));
    }
  } else if (hidden !== undefined && hidden !== null) {
    const rule = 'hiddenInlineScripts is a list of runnables';
    contents.problems.push({ at: 'value.hiddenInlineScripts', rule, example: [inlineExample] });
  }
  return contents;
}

/** The runnables of a full-code app, by their keys. */
export function readBackend(value: Json): Contents {
  const contents: Contents = { components: [], runnables: [], browser: [], problems: [] };
  const given = value['runnables'];
  if (given === undefined || given === null) return contents;
  const at = 'value.runnables';
  if (!isObject(given)) {
    const example = { greet: inlineExample };
    contents.problems.push({ at, rule: 'runnables is an object of runnables by key', example });
    return contents;
  }
  for (const [key, runnable] of Object.entries(given)) {
    const place = join(at, key);
    if (!/^[A-Za-z_$][\w$]{0,99}$/.test(key)) {
      const rule = 'the key is the name that the code calls: backend.<key>(…)';
      contents.problems.push({ at: place, rule, example: { greet: inlineExample } });
      continue;
    }
    const fields = fieldsOf(isObject(runnable) ? runnable['fields'] : undefined);
    take(contents, readRunnable(runnable, { component: key, at: place, fields }));
  }
  return contents;
}
