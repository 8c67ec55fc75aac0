// What a Python script needs: packages, which its comments state or its imports mean, and scripts
// of its workspace (`python_imports.py` says how). Known sources are not read twice.
import { fileURLToPath } from 'node:url';
import { AppError, sha256 } from '../../base/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { checkRequirements } from './python-lock.ts';
import { interpreter } from './python-signature.ts';
import { runQuietly } from './quiet-child.ts';

const program = fileURLToPath(new URL('./python_imports.py', import.meta.url));
const maxKnown = 500;

/** Modules of Python itself that most scripts get by with: reading those costs no child. */
const usual = new Set(
  (
    'os sys json re time datetime math random typing collections itertools functools pathlib ' +
    'subprocess asyncio urllib hashlib base64 uuid logging dataclasses enum decimal string io ' +
    'csv tempfile shutil signal threading socket ctypes wmill mcpgate'
  ).split(' '),
);

/** Certainly nothing but `usual` modules: every line that could import says so in plain form. */
function isPlain(content: string): boolean {
  if (/^\s*#\s*(?:extra_)?requirements\s*:|^# \/\/\/ script/m.test(content)) return false;
  return content.split('\n').every((line) => {
    if (!/\bimport\b/.test(line)) return true;
    const [, from, list] =
      /^\s*(?:from\s+([\w.]+)\s+import\b.*|import\s+([\w., ]+))$/.exec(line) ?? [];
    const modules = from === undefined ? list?.split(',') : [from];
    return modules?.every((name) => usual.has(name.trim().split(/[. ]/)[0] ?? '')) ?? false;
  });
}

export interface PythonNeeds {
  /** Names with versions as pip takes them. */
  requirements: readonly string[];
  /** Each import of a script, as the paths that it may stand at. */
  scripts: readonly (readonly string[])[];
}

type Answer = PythonNeeds | { problem: string };

const nothing: PythonNeeds = { requirements: [], scripts: [] };

export function createPythonNeeds(sandbox: Sandbox) {
  const known = new Map<string, PythonNeeds>();

  async function read(path: string, content: string): Promise<PythonNeeds> {
    const { file: python, prefix } = await interpreter();
    const script = await sandbox.reachable(program);
    const outcome = await runQuietly(
      { argv: [python, '-I', '-S', '-B', script], readOnly: [script, ...prefix], sandbox },
      JSON.stringify({ source: content, path }),
    );
    // Where Python gave up, the signature's reader says so.
    if (outcome?.status !== 0) return nothing;
    const answer = JSON.parse(outcome.stdout) as Answer;
    if ('problem' in answer) {
      throw new AppError('unprocessable', `What ${path} needs cannot be read: ${answer.problem}`);
    }
    checkRequirements(answer.requirements, path);
    return answer;
  }

  /** `path` is the script's own: relative imports start there. Throws `unprocessable`. */
  return async function needsOf(path: string, content: string): Promise<PythonNeeds> {
    if (isPlain(content)) return nothing;
    const key = sha256(`${path}\n${content}`);
    const found = known.get(key) ?? (await read(path, content));
    known.delete(key);
    known.set(key, found);
    const [oldest] = known.keys();
    if (known.size > maxKnown && oldest !== undefined) known.delete(oldest);
    return found;
  };
}
