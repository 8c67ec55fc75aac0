// Locks of Python scripts, as Windmill writes them: a comment with Python's version, then one
// `name==version` a line. What is stored to run ends with a comment that names the same packages.
import { AppError } from '../../base/index.ts';

const pin = /^[A-Za-z0-9][A-Za-z0-9._-]{0,100}(?:\[[\w,.-]{1,100}\])?==[\w.+!-]{1,100}$/;
/** A name with extras, versions and a marker: no address, no file, no option of the installer. */
const requirement = new RegExp(
  [
    /^[A-Za-z0-9][\w.-]{0,100}(?:\[[\w,. -]{1,100}\])?\s*/,
    /(?:[<>=!~]=?[\w.,<>=!~*+ -]{0,200})?(?:;.{1,300})?$/,
  ]
    .map(({ source }) => source)
    .join(''),
);
const mark = '\n# packages: ';
const maxPackages = 500;

export function writePythonLock(version: string, pins: readonly string[]): string {
  return [`# py: ${version}`, ...pins, ''].join('\n');
}

function refused(line: string): AppError {
  return new AppError('unprocessable', `The lock cannot be used: "${line.slice(0, 100)}".`, {
    hint: 'Each line is name==version; or deploy without a lock, to resolve the imports anew.',
  });
}

/** The pinned packages; undefined for an empty lock. Throws `unprocessable` for anything else. */
export function readPythonLock(text: string): readonly string[] | undefined {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const wrong = lines.find((line) => !pin.test(line)) ?? lines[maxPackages];
  if (wrong !== undefined) throw refused(wrong);
  return lines.length === 0 ? undefined : lines;
}

/** Throws `unprocessable` for what only an option or an address of the installer could mean. */
export function checkRequirements(lines: readonly string[], file: string): readonly string[] {
  const wrong = lines.find((line) => !requirement.test(line)) ?? lines[maxPackages];
  if (wrong === undefined) return lines;
  throw new AppError('unprocessable', `${file} requires "${wrong.slice(0, 100)}".`, {
    hint: 'Write a package and versions of it, such as requests>=2.31; no addresses or options.',
  });
}

/** The source and what it needs, as it is stored to run; line numbers stay. */
export function withPackages(source: string, pins: readonly string[]): string {
  // A script that itself ends with such a line must not be read as if it were ours.
  const none = pins.length === 0 && !source.includes(mark);
  return none ? source : `${source}${mark}${pins.join(' ')}\n`;
}

/** What `withPackages` wrote; its own line is always the last one. */
export function packagesIn(code: string): readonly string[] {
  const at = code.lastIndexOf(mark);
  if (at === -1) return [];
  const rest = code.slice(at + mark.length);
  const pins = rest.trimEnd().split(' ');
  return rest.indexOf('\n') === rest.length - 1 && pins.every((one) => pin.test(one)) ? pins : [];
}
