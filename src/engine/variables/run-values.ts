// Values that an expression of a flow made of secrets: a stored job holds them as `$encrypted:…`,
// which opens only in a run of the same person in the same workspace.
import { AppError } from '../../base/index.ts';
import type { Caller } from '../../operation/index.ts';
import type { Vault } from './vault.ts';

const prefix = '$encrypted:';

export interface RunValue {
  value: unknown;
  /** Clear values of the secrets that it was made of, for masking. */
  secrets: readonly string[];
}

export type RunValues = ReturnType<typeof createRunValues>;

const useOf = ({ membership, email }: Caller): string => `run ${membership?.username ?? email}`;

export function createRunValues(vault: Pick<Vault, 'sealFor' | 'openFor'>) {
  return {
    async seal(caller: Caller, workspace: string, made: RunValue): Promise<string> {
      const clear = JSON.stringify(made);
      return prefix + (await vault.sealFor(workspace, { use: useOf(caller), value: clear }));
    },

    /** Throws `unprocessable` for what was sealed for somebody else or under an earlier key. */
    async open(caller: Caller, workspace: string, text: string): Promise<RunValue> {
      const value = text.slice(prefix.length);
      const clear = await vault.openFor(workspace, { use: useOf(caller), value });
      if (clear !== undefined) return JSON.parse(clear) as RunValue;
      throw new AppError('unprocessable', 'An encrypted argument does not open in this run.', {
        hint: 'It belongs to a run of another person, or the workspace has a new key since.',
      });
    },
  };
}
