// scripts.storeLocal
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { localHash, scriptContent } from '../script.ts';
import type { Scripts } from '../scripts.ts';

export const storeLocalScript = (scripts: Scripts) =>
  operation({
    name: 'scripts.storeLocal',
    summary: 'Keep a script for a day without deploying it, so that previews and locks import it.',
    risk: 'write',
    action: 'scripts:write',
    input: z.strictObject({ content: scriptContent }),
    output: z.object({ hash: localHash }),
    run: (call, { content }) => scripts.storeLocal(call, content),
  });
