// Places in a call, `params.labels` or `result.items.*.status`: how they are named, read and
// changed. Only own fields are seen, so no name reaches a prototype.
import { z } from 'zod';

const plainRoots = ['service', 'tool', 'action', 'class', 'actor', 'delegated'];
const ofSubject = ['username', 'email', 'role', 'groups'];
const unsafe = new Set(['__proto__', 'constructor', 'prototype']);

/** What a list may hold to be looked at one by one; a hook says nothing about the rest. */
const maxElements = 1000;

const reserved = new Set([
  'action',
  'actor',
  'confirmation',
  'confirmed',
  'delegation',
  'dry_run',
  'force',
  'service',
  'subject',
]);

/** Parameters that belong to the gateway: which call it is, whose, and what they agreed to. */
export const isReserved = (name: string): boolean => reserved.has(name) || unsafe.has(name);

const segments = (path: string): string[] => path.split('.');
const isSafe = (path: string): boolean =>
  segments(path).every((part) => part !== '' && !unsafe.has(part));

export const fieldPath = z
  .string()
  .min(1)
  .max(200)
  .refine(isSafe, 'names separated by dots; * stands for every element')
  .describe('a field below params, such as fields.labels');

function isKnown(path: string): boolean {
  const [root = '', second] = segments(path);
  if (root === 'params' || root === 'result') return true;
  if (root === 'subject') return second !== undefined && ofSubject.includes(second);
  return plainRoots.includes(root) && second === undefined;
}

export const callField = fieldPath.refine(
  isKnown,
  `begins with params, result or subject, or is one of ${plainRoots.join(', ')}`,
);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function childOf(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

const childrenOf = (value: unknown): unknown[] => (isRecord(value) ? Object.values(value) : []);

/** Every value at `path`, none where it is not there. */
export function reader(path: string): (root: unknown) => unknown[] {
  const parts = segments(path);
  return (root) => {
    let found = [root];
    for (const part of parts) {
      found =
        part === '*'
          ? found.flatMap(childrenOf).slice(0, maxElements)
          : found.map((value) => childOf(value, part)).filter((value) => value !== undefined);
    }
    return found;
  };
}

type Change = (old: unknown) => unknown;

/** A copy of `root` in which what is at `parts` is changed; undefined takes the field away. */
export function changed(root: unknown, parts: readonly string[], change: Change): unknown {
  const [part, ...rest] = parts;
  if (part === undefined) return change(root);
  if (Array.isArray(root)) {
    const at = part === '*' ? undefined : Number(part);
    return root.map((value, index) =>
      at === undefined || at === index ? changed(value, rest, change) : value,
    );
  }
  if (!isRecord(root)) return root;
  const names = part === '*' ? Object.keys(root) : [part];
  const copy: Record<string, unknown> = { ...root };
  for (const name of names) {
    const old = childOf(root, name);
    // Nothing is made on the way to a field: what is not there has nothing to change.
    if (old === undefined && rest.length > 0) continue;
    const fresh = changed(old, rest, change);
    if (fresh === undefined) delete copy[name];
    else copy[name] = fresh;
  }
  return copy;
}

const pieces = /\{\{\s*([a-zA-Z0-9_.*-]{1,200})\s*\}\}/g;
const maxTextLength = 4000;

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}

/** The problem of a text with `{{params.summary}}` in it, if it names what is not there. */
export function templateProblem(text: string): string | undefined {
  for (const [, path = ''] of text.matchAll(pieces)) {
    if (!callField.safeParse(path).success) return `{{${path}}} names no field of a call`;
  }
  return undefined;
}

/** A text with fields of the call filled in, cut to 4,000 characters. */
export function filler(text: string): (root: unknown) => string {
  if (!text.includes('{{')) return () => text;
  return (root) =>
    text
      .replaceAll(pieces, (_, path: string) => {
        const values = reader(path)(root);
        return values.map(shown).join(', ').slice(0, maxTextLength);
      })
      .slice(0, maxTextLength);
}

/** Any JSON value with the texts in it filled; a text that is one field alone keeps its type. */
export function valueFiller(value: unknown): (root: unknown) => unknown {
  if (typeof value === 'string') {
    const alone = /^\{\{\s*([a-zA-Z0-9_.-]{1,200})\s*\}\}$/.exec(value)?.[1];
    if (alone !== undefined) return (root) => reader(alone)(root)[0];
    return filler(value);
  }
  if (Array.isArray(value)) {
    const fillers = value.map(valueFiller);
    return (root) => fillers.map((fill) => fill(root));
  }
  if (!isRecord(value)) return () => value;
  const fillers = Object.entries(value).map(([name, each]) => [name, valueFiller(each)] as const);
  return (root) => Object.fromEntries(fillers.map(([name, fill]) => [name, fill(root)]));
}
