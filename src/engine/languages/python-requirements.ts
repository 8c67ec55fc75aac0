// Which packages a Python script needs: what its comments state, else what it imports
// (`python_imports.py` says how). Known sources are not read twice.
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
    'csv tempfile shutil signal threading socket ctypes wmill'
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

type Answer = { requirements: string[] } | { problem: string };

export function createPythonRequirements(sandbox: Sandbox) {
  const known = new Map<string, readonly string[]>();

  async function read(file: string, content: string): Promise<readonly string[]> {
    const { file: python, prefix } = await interpreter();
    const script = await sandbox.reachable(program);
    const outcome = await runQuietly(
      { argv: [python, '-I', '-S', '-B', script], readOnly: [script, ...prefix], sandbox },
      JSON.stringify({ source: content }),
    );
    const answer = JSON.parse(
      outcome?.status === 0 ? outcome.stdout : '{"requirements":[]}',
    ) as Answer;
    if ('requirements' in answer) return checkRequirements(answer.requirements, file);
    throw new AppError('unprocessable', `What ${file} requires cannot be read: ${answer.problem}`);
  }

  /** Names with versions as pip takes them; throws `unprocessable`. */
  return async function requirementsOf(file: string, content: string): Promise<readonly string[]> {
    if (isPlain(content)) return [];
    const key = sha256(content);
    const found = known.get(key) ?? (await read(file, content));
    known.delete(key);
    known.set(key, found);
    const [oldest] = known.keys();
    if (known.size > maxKnown && oldest !== undefined) known.delete(oldest);
    return found;
  };
}
