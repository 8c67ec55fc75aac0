// What `transform` can do to a field: one operation at a time, each total, so that a field of
// another type is left as it is.
import { z } from 'zod';
import { adfToMarkdown, isAdf, markdownToAdf } from '../adf/index.ts';
import { pattern, readPattern } from './condition.ts';
import { callField, valueFiller } from './field.ts';

const shortText = z.string().max(4000);
const on = z.literal(true).optional();

const operations = {
  set: z.unknown().optional().describe('a value in place of the old one'),
  remove: on.describe('takes the field away'),
  replace: z.strictObject({ pattern, with: shortText }).optional(),
  prefix: shortText.optional(),
  suffix: shortText.optional(),
  truncate: z.int().min(1).max(1_000_000).optional().describe('characters of a text'),
  trim: on,
  lower: on,
  upper: on,
  unescape_newlines: on.describe('\\n that models write as two characters'),
  markdown_to_adf: on.describe('Markdown as an Atlassian document'),
  adf_to_markdown: on.describe('every Atlassian document in it as Markdown'),
  cap_items: z.int().min(1).max(10_000).optional().describe('elements of every list in it'),
};
type Named = keyof typeof operations;
const names = Object.keys(operations) as Named[];

export const transform = z
  .strictObject({ field: callField, ...operations })
  .superRefine((said, context) => {
    const given = names.filter((name) => said[name] !== undefined);
    if (given.length === 1) return;
    const does = given.join(' and ') || 'none';
    const message = `does one thing of ${names.join(', ')}; this does ${does}`;
    context.addIssue({ code: 'custom', message });
  });
export type Transform = z.output<typeof transform>;

/** What an operation may need beside the old value. */
interface Around {
  root: unknown;
  note(text: string): void;
}
type Change = (old: unknown, around: Around) => unknown;

const onText =
  (change: (text: string) => unknown): Change =>
  (old) =>
    typeof old === 'string' ? change(old) : old;

/** Rebuilds a JSON value from its leaves up. */
function deep(value: unknown, change: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return change(value.map((each) => deep(each, change)));
  if (typeof value !== 'object' || value === null) return change(value);
  const entries = Object.entries(value).map(([name, each]) => [name, deep(each, change)]);
  return change(Object.fromEntries(entries));
}

/** Documents are converted whole, so their parts are not looked at on their own. */
function documentsToMarkdown(value: unknown): unknown {
  if (isAdf(value)) return adfToMarkdown(value);
  if (Array.isArray(value)) return value.map(documentsToMarkdown);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, documentsToMarkdown(each)]),
  );
}

function capItems(most: number): Change {
  return (old, { note }) => {
    let longest = 0;
    const capped = deep(old, (value) => {
      if (!Array.isArray(value) || value.length <= most) return value;
      longest = Math.max(longest, value.length);
      return value.slice(0, most);
    });
    if (longest === 0) return old;
    note(`A list of ${longest} was cut to the first ${most}: ask for less, or for the next page.`);
    return capped;
  };
}

function replacer(said: { pattern: string; with: string }): Change {
  const compiled = readPattern(said.pattern);
  if (typeof compiled === 'string') return (old) => old;
  return onText((text) => compiled.matcher(text).replaceAll(said.with));
}

/** Changes one value as `said` asks; undefined takes it away. */
export function transformer(said: Transform): Change {
  const { replace, prefix, suffix, truncate, cap_items: items } = said;
  if (said.remove) return () => undefined;
  if (replace) return replacer(replace);
  if (prefix !== undefined) return onText((text) => `${prefix}${text}`);
  if (suffix !== undefined) return onText((text) => `${text}${suffix}`);
  if (truncate !== undefined) return onText((text) => text.slice(0, truncate));
  if (said.trim) return onText((text) => text.trim());
  if (said.lower) return onText((text) => text.toLowerCase());
  if (said.upper) return onText((text) => text.toUpperCase());
  if (said.unescape_newlines) {
    return onText((text) => text.replaceAll(String.raw`\n`, '\n').replaceAll(String.raw`\t`, '\t'));
  }
  if (said.markdown_to_adf) return onText(markdownToAdf);
  if (said.adf_to_markdown) return documentsToMarkdown;
  if (items !== undefined) return capItems(items);
  const fill = valueFiller(said.set);
  return (_, { root }) => fill(root);
}
