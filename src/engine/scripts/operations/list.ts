// scripts.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { script, scriptHash } from '../script.ts';
import type { Scripts } from '../scripts.ts';

const text = z.string().max(255);

export const listScripts = (scripts: Scripts) =>
  operation({
    name: 'scripts.list',
    summary: 'List the scripts that you may read, newest first.',
    risk: 'read',
    action: 'scripts:read',
    tool: 'listScripts',
    input: z.strictObject({
      ...pageFields,
      orderDesc: z.boolean().default(true).describe('newest first'),
      createdBy: text.optional().describe('username of who deployed'),
      pathStart: text.optional().describe('beginning of the path'),
      pathExact: text.optional().describe('the whole path'),
      showArchived: z.boolean().default(false).describe('archived ones instead'),
      includeWithoutMain: z.boolean().default(false).describe('libraries too'),
      kinds: z.array(text).max(20).optional().describe('script, failure, trigger, …'),
      languages: z.array(text).max(40).optional().describe('bun, python3, …'),
      parentHash: scriptHash.optional().describe('any ancestor'),
      firstParentHash: scriptHash.optional().describe('the direct parent'),
      lastParentHash: scriptHash.optional().describe('the first version'),
      isTemplate: z.boolean().optional().describe('templates only, or none'),
      starredOnly: z.boolean().default(false).describe('only what you have starred'),
      withoutDescription: z.boolean().default(false).describe('only those without one'),
    }),
    output: z.array(script),
    run: (call, filters) => scripts.list(call, filters),
  });
