// The master key, which wraps the keys of the workspaces: from MILLRACE_MASTER_KEY, or from
// `master.key` in the data folder, made at first need. It never enters the database or a backup.
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, newSecret } from '../../base/index.ts';

const keyBytes = 32;

export interface MasterKeyDeps {
  dataFolder: string;
  /** 64 hexadecimal digits; undefined uses the file. */
  given: string | undefined;
}

export interface MasterKey {
  /**
   * 32 bytes. `mayCreate` is asked only when there is no key yet: a new one would be wrong beside
   * workspace keys that another one wrapped. Throws `unavailable`.
   */
  get(mayCreate: () => Promise<boolean>): Promise<Buffer>;
}

const hint =
  'Put the master.key of this installation back into the data folder, or give it as ' +
  'MILLRACE_MASTER_KEY. Without it stored secrets cannot be read.';

/** The one error for a key that is missing, unreadable or not the right one. */
export function masterKeyError(message: string, cause?: unknown): AppError {
  return new AppError('unavailable', message, { hint, ...(cause === undefined ? {} : { cause }) });
}

function parse(text: string): Buffer {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  throw masterKeyError('The master key is damaged: it is not 64 hexadecimal digits.');
}

async function readKey(file: string): Promise<Buffer | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw masterKeyError('The master key cannot be read.', error);
  }
  return parse(text);
}

/** Complete before it has its name, so that another process never reads half of it. */
async function createKey(folder: string, file: string): Promise<void> {
  const draft = join(folder, `.master.${newSecret(8)}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(draft, `${randomBytes(keyBytes).toString('hex')}\n`, { mode: 0o600 });
    await link(draft, file);
  } catch (error) {
    // Another process was first: its key is the key.
    if ((error as { code?: string }).code === 'EEXIST') return;
    throw masterKeyError('The master key cannot be written.', error);
  } finally {
    await rm(draft, { force: true });
  }
}

export function createMasterKey({ dataFolder, given }: MasterKeyDeps): MasterKey {
  let known: Buffer | undefined;
  const file = join(dataFolder, 'master.key');
  return {
    async get(mayCreate) {
      known ??= given === undefined ? await readKey(file) : parse(given);
      if (known) return known;
      // Not allowed: another process may have made it, and used it, since we looked.
      if (await mayCreate()) await createKey(dataFolder, file);
      known = await readKey(file);
      if (!known) throw masterKeyError('The master key is missing.');
      return known;
    },
  };
}
