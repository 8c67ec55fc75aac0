// `$workspace` and `$args[name]` in tags and keys: one script may go to many places, or be
// limited for each customer.
import { AppError } from '../../base/index.ts';

export interface Interpolated {
  workspace: string;
  args: Readonly<Record<string, unknown>>;
}

/** Tags and keys are names: what is longer is a mistake. */
const maxLength = 255;

/** What stands at `a.b` in the arguments; '' when nothing does. */
function argumentAt(args: Readonly<Record<string, unknown>>, path: string): string {
  let value: unknown = args;
  for (const part of path.split('.')) {
    const known = typeof value === 'object' && value !== null && Object.hasOwn(value, part);
    value = known ? (value as Record<string, unknown>)[part] : undefined;
  }
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `what` names the text in the error: a tag, a concurrency key. */
export function interpolate(what: string, text: string, { workspace, args }: Interpolated): string {
  const made = text
    .replaceAll(/\$args\[([^\]]+)\]/g, (_match, path: string) => argumentAt(args, path))
    .replaceAll('$workspace', workspace);
  if (made === '') {
    throw new AppError('invalid_input', `The ${what} "${text}" is empty with these arguments.`, {
      hint: 'Give the argument that it names.',
    });
  }
  if (made.length > maxLength || made.includes('\0')) {
    throw new AppError('invalid_input', `The ${what} "${text}" is too long with these arguments.`, {
      hint: `It may have ${maxLength} characters; name an argument that is a short text.`,
    });
  }
  return made;
}
