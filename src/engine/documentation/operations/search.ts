// docs.search
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Documentation } from '../documentation.ts';
import { question } from '../question.ts';

export const searchDocs = (documentation: Documentation) =>
  operation({
    name: 'docs.search',
    summary: 'Find sections of the documentation, with a few lines of each.',
    risk: 'read',
    action: 'docs:read',
    tool: 'searchDocs',
    input: z.strictObject({
      query: question,
      limit: z.int().min(1).max(50).default(8).describe('sections'),
    }),
    output: z.array(
      z.object({
        url: z.string(),
        title: z.string(),
        snippet: z.string(),
        score: z.number().describe('how well it fits, comparable within one answer'),
      }),
    ),
    run: (_call, { query, limit }) => documentation.search(query, limit),
  });
