// The variables that a script asks for: Windmill's `envs`, a list of `NAME=value`. They are part of
// a version and no secrets: whoever reads the script reads them.
import { z } from 'zod';
import { AppError } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { selectEnvs } from './scripts.sql.ts';

const entry = /^([A-Za-z_][A-Za-z0-9_]{0,200})=([^\0]*)$/;
const envs = z.array(z.string().max(100_000).regex(entry)).max(200);
const maxKnown = 2000;

/** Throws `invalid_input` for a list that could not be put into an environment. */
export function assertEnvs({ envs: said }: Record<string, unknown>): void {
  if (said === undefined || said === null || envs.safeParse(said).success) return;
  throw new AppError('invalid_input', 'envs is not a list of variables.', {
    hint: 'Give a list of texts such as "NAME=value".',
  });
}

export type EnvsOf = (job: {
  workspace: string;
  hash: string | null;
}) => Promise<Readonly<Record<string, string>>>;

/** A version never changes, so what it asks for is read once. */
export function createScriptEnvs(db: Database): EnvsOf {
  const known = new Map<string, Readonly<Record<string, string>>>();
  return async ({ workspace, hash }) => {
    if (hash === null) return {};
    const key = `${workspace}\n${hash}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const row = await db.row<{ envs: unknown }>(selectEnvs, [workspace, hash]);
    const list = envs.safeParse(row?.envs).data ?? [];
    const variables = Object.fromEntries(
      list.map((text) => {
        const [, name = '', value = ''] = entry.exec(text) ?? [];
        return [name, value];
      }),
    );
    if (known.size >= maxKnown) known.clear();
    known.set(key, variables);
    return variables;
  };
}
