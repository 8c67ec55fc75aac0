// Links to stored files for people without an account: who has one may read that file until it
// ends. Each is signed with a key that is derived from the master key; nothing is stored.
import { createHmac } from 'node:crypto';
import { sameSecret } from '../../base/index.ts';

export interface LinkedFile {
  workspace: string;
  key: string;
  /** Epoch seconds, because it stands in the address. */
  endsAtS: number;
}

export type FileLinks = ReturnType<typeof createFileLinks>;

export function createFileLinks({
  deriveKey,
}: {
  deriveKey: (purpose: string) => Promise<Buffer>;
}) {
  let known: Buffer | undefined;

  async function sign({ workspace, key, endsAtS }: LinkedFile): Promise<string> {
    known ??= await deriveKey('stored file links');
    const text = JSON.stringify([workspace, key, endsAtS]);
    return createHmac('sha256', known).update(text).digest('hex');
  }

  return {
    sign,
    isRight: async (linked: LinkedFile, signature: string): Promise<boolean> =>
      sameSecret(await sign(linked), signature),
  };
}
