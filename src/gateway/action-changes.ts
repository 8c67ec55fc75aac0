// What changed between two versions of a service, for the admin who brought the newer one. No I/O.
import { z } from 'zod';
import { canonicalJson } from '../base/index.ts';
import { type Action, type ActionClass, actionClasses } from './action.ts';

export const actionChanges = {
  added: z.array(z.string()).describe('actions that are new'),
  removed: z.array(z.string()).describe('actions that are gone'),
  changed: z.array(z.string()).describe('actions that take or do something else'),
  classes: z
    .array(z.object({ action: z.string(), from: z.enum(actionClasses), to: z.enum(actionClasses) }))
    .describe('actions of another class than before'),
};

export interface ActionChanges {
  added: string[];
  removed: string[];
  changed: string[];
  classes: { action: string; from: ActionClass; to: ActionClass }[];
}

/** One version of an action; `text` is the same as long as nothing of it changes. */
interface Version {
  name: string;
  class: ActionClass;
  text: string;
}

/** By what a caller sees of it. */
export const versionOf = (action: Action): Version => {
  const { name, description, curated, restoreIn, nameFields, input } = action;
  const text = canonicalJson([description, curated, restoreIn, nameFields, input.json]);
  return { name, class: action.class, text };
};

export function changesBetween(
  before: readonly Version[],
  after: readonly Version[],
): ActionChanges {
  const had = new Map(before.map((one) => [one.name, one]));
  const has = new Set(after.map((one) => one.name));
  const both = after.flatMap((now) => {
    const earlier = had.get(now.name);
    return earlier ? [{ earlier, now }] : [];
  });
  return {
    added: [...has].filter((name) => !had.has(name)),
    removed: [...had.keys()].filter((name) => !has.has(name)),
    changed: both
      .filter(({ earlier, now }) => earlier.text !== now.text)
      .map(({ now }) => now.name),
    classes: both
      .filter(({ earlier, now }) => earlier.class !== now.class)
      .map(({ earlier, now }) => ({ action: now.name, from: earlier.class, to: now.class })),
  };
}
