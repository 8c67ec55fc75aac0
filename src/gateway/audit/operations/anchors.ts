// serviceAudit.anchors
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Reader } from '../reader.ts';

export const listAnchors = ({
  reader,
  publicKey,
}: {
  reader: Reader;
  publicKey: () => Promise<KeyObject>;
}) =>
  operation({
    name: 'serviceAudit.anchors',
    summary: 'List what was signed about the rows of service calls, and the key (admins).',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({
      after: z.int().min(0).default(0).describe('number of the last one that you have'),
    }),
    output: z.object({
      publicKey: z.string().describe('Ed25519, PEM; signatures are of the text of the hash'),
      anchors: z.array(
        z.object({
          number: z.number(),
          at: z.number(),
          chains: z.array(z.object({ chain: z.string(), seq: z.number(), hash: z.string() })),
          purged: z.array(z.string()).describe('chains that were deleted for age'),
          prevHash: z.string(),
          hash: z.string(),
          signature: z.string().describe('base64'),
        }),
      ),
    }),
    async run(call, wanted) {
      const pem = (await publicKey()).export({ format: 'pem', type: 'spki' }).toString();
      return { publicKey: pem, anchors: await reader.anchors(call, wanted) };
    },
  });
