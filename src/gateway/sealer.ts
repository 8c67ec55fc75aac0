// Encrypts what the gateway keeps of people: keys of services, and keys of their maps. Under a key
// of the whole installation, so that a workspace may replace its own without anybody connecting
// anew; workspace and use are bound to each ciphertext.
import { createSecretKey, type KeyObject } from 'node:crypto';
import { seal, unseal } from '../engine/index.ts';

/** One value for one use in one workspace; it opens for that use alone. */
export interface Sealer {
  seal(workspace: string, what: { use: string; value: string }): Promise<string>;
  /** Undefined when it was sealed for another use, or under another master key. */
  open(workspace: string, what: { use: string; value: string }): Promise<string | undefined>;
}

/** `deriveKey`: 32 bytes for one purpose. Throws `unavailable` without the right master key. */
export function createSealer(deriveKey: (purpose: string) => Promise<Buffer>): Sealer {
  let known: Promise<KeyObject> | undefined;

  function keyOf(): Promise<KeyObject> {
    known ??= deriveKey('what the gateway keeps')
      .then((bytes) => createSecretKey(bytes))
      .catch((error: unknown) => {
        known = undefined;
        throw error;
      });
    return known;
  }

  return {
    seal: async (workspace, { use, value }) =>
      seal(await keyOf(), `${use} ${workspace}`, Buffer.from(value, 'utf8')),
    open: async (workspace, { use, value }) =>
      unseal(await keyOf(), `${use} ${workspace}`, value)?.toString('utf8'),
  };
}
