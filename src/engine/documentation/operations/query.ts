// docs.query
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Documentation } from '../documentation.ts';
import { question } from '../question.ts';

export const queryDocumentation = (documentation: Documentation) =>
  operation({
    name: 'docs.query',
    summary: 'Answer a question with the passages of the documentation that fit it best.',
    risk: 'read',
    action: 'docs:read',
    tool: 'queryDocumentation',
    input: z.strictObject({
      query: question,
      limit: z.int().min(1).max(10).default(4).describe('passages'),
    }),
    output: z.array(
      z.object({
        url: z.string(),
        title: z.string(),
        text: z.string().describe('Markdown'),
        score: z.number().describe('how well it fits, comparable within one answer'),
      }),
    ),
    run: (_call, { query, limit }) => documentation.passages(query, limit),
  });
