// Full-code apps: their files are checked, bundled and tried before anything is stored. A build
// error names file, line and column; an app that puts nothing into the page is refused too.
import { AppError } from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';
import type { AppBuilder } from '../languages/index.ts';
import type { CheckDeps } from './check.ts';
import { isObject, join, type Json, type Problem, refuseProblems } from './problems.ts';

export interface Bundle {
  js: string;
  css: string;
}

interface Wanted {
  value: Json;
  /** Built already, by Windmill's command line. */
  bundle?: Bundle | null | undefined;
  allowUnmounted: boolean;
}

const maxFiles = 2000;
const maxJs = 8_000_000;
const maxCss = 4_000_000;

const exampleFiles = {
  '/index.tsx':
    "import { createRoot } from 'react-dom/client'\nimport App from './App'\n\n" +
    "createRoot(document.getElementById('root')!).render(<App />)\n",
  '/App.tsx': 'export default function App() {\n  return <h1>Hello</h1>\n}\n',
  '/package.json': '{"dependencies":{"react":"^19.0.0","react-dom":"^19.0.0"}}',
};

/** What is wrong with the files as such. */
export function fileProblems(value: Json): Problem[] {
  const at = 'value.files';
  const { files } = value;
  const names = isObject(files) ? Object.keys(files) : [];
  if (!isObject(files) || names.length === 0) {
    return [{ at, rule: 'a full-code app has files', example: exampleFiles }];
  }
  if (names.length > maxFiles) return [{ at, rule: `an app has ${maxFiles} files at most` }];
  return names.flatMap((name): Problem[] => {
    const place = join(at, name);
    const parts = name.split('/').slice(1);
    const odd = parts.some((part) => part === '' || part === '.' || part === '..');
    if (!name.startsWith('/') || odd || name.length > 500 || /[\\\0]/.test(name)) {
      const rule = 'the name of a file is its path, beginning with a slash';
      return [{ at: place, rule, example: '/App.tsx' }];
    }
    if (typeof files[name] === 'string') return [];
    return [{ at: place, rule: 'a file is its text', example: exampleFiles['/App.tsx'] }];
  });
}

interface BuildProblem {
  file: string | null;
  line: number | null;
  column: number | null;
  text: string;
}

/** The builder's refusal as problems of the app; throws what is none. */
function problemsOf(error: unknown): Problem[] {
  if (!(error instanceof AppError) || error.code !== 'unprocessable') throw error;
  const given = error.details?.['problems'];
  if (!Array.isArray(given)) {
    const hint = error.hint === undefined ? '' : ` ${error.hint}`;
    return [{ at: 'value.files', rule: `${error.message}${hint}` }];
  }
  return (given as BuildProblem[]).map(({ file, line, column, text }) => ({
    at: file === null ? 'value.files' : join('value.files', file),
    rule: line === null ? text : `line ${line}, column ${column}: ${text}`,
  }));
}

function sizeProblems({ js, css }: Bundle): Problem[] {
  const mb = (length: number): string => (length / 1_000_000).toFixed(1);
  const problems: Problem[] = [];
  const add = (what: string, length: number, most: number): void => {
    if (length <= most) return;
    const rule = `the built ${what} has ${mb(length)} MB; ${mb(most)} MB is the most`;
    problems.push({ at: 'value.files', rule });
  };
  add('JavaScript', js.length, maxJs);
  add('CSS', css.length, maxCss);
  return problems;
}

const wayOut = 'If this is meant, send it with allow_unmounted=true.';

/** What the trial run says against the app; a list of warnings when nothing does. */
function judge(
  trial: Awaited<ReturnType<AppBuilder['try']>>,
): { problem: Problem } | { warnings: string[] } {
  const [first] = trial.errors;
  const failed = trial.errors.map((error) => `trial run: ${error}`);
  if (trial.mounted) return { warnings: failed };
  const at = 'value.files';
  const example = exampleFiles['/index.tsx'];
  if (first !== undefined) {
    const rule = `the app fails before it shows anything: ${first}. ${wayOut}`;
    return { problem: { at, rule, example } };
  }
  if (trial.asked && trial.waits) {
    return { warnings: ['trial run: nothing is shown before a server has answered'] };
  }
  const rule = trial.asked
    ? `the entry finds #root and puts nothing into it. ${wayOut}`
    : `the entry never mounts: it must put the app into <div id="root">. ${wayOut}`;
  return { problem: { at, rule, example } };
}

/** Does a part of the build; its refusal becomes a list of problems. */
async function attempt<Made>(work: Promise<Made>): Promise<Made> {
  try {
    return await work;
  } catch (error) {
    refuseProblems(problemsOf(error));
    throw error;
  }
}

/** Builds (unless that was done) and tries. Throws with every problem that there is. */
export async function buildFullCode(
  { builder, mayBringCode }: Pick<CheckDeps, 'builder' | 'mayBringCode'>,
  call: Call,
  { value, bundle: given, allowUnmounted }: Wanted,
): Promise<{ bundle: Bundle; warnings: string[] }> {
  const files = value['files'] as Record<string, string>;
  const { signal } = call;
  mayBringCode(call);
  const built = given
    ? { ...given, warnings: [] }
    : await attempt(builder.apps.build({ files, signal }));
  const bundle = { js: built.js, css: built.css };
  refuseProblems(sizeProblems(bundle));
  if (allowUnmounted) return { bundle, warnings: built.warnings };
  const outcome = judge(await attempt(builder.apps.try(bundle.js, signal)));
  if ('problem' in outcome) refuseProblems([outcome.problem]);
  const tried = 'warnings' in outcome ? outcome.warnings : [];
  return { bundle, warnings: [...built.warnings, ...tried] };
}
