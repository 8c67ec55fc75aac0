// What a script is: the shapes on the way in and out, and the rules of its path. No I/O.
import { z } from 'zod';
import { refinePolicy } from './policy.ts';

export const languages = [
  'bun',
  'deno',
  'nativets',
  'bunnative',
  'python3',
  'bash',
  'postgresql',
  'mysql',
  'graphql',
  'php',
  'ruby',
  'go',
  'powershell',
] as const;
export type Language = (typeof languages)[number];

const scriptKinds = [
  'script',
  'failure',
  'trigger',
  'command',
  'approval',
  'preprocessor',
] as const;

/** One place for a path's shape: `u/<user>/<name…>` or `f/<folder>/<name…>`. */
const segment = /^[\p{L}\p{N}_@.+() -]+$/u;

export function pathProblem(path: string): string | undefined {
  const segments = path.split('/');
  if (segments[0] !== 'u' && segments[0] !== 'f') {
    return 'a path begins with u/<user>/ or f/<folder>/';
  }
  if (segments.length < 3) return 'a path has at least three parts, such as f/folder/name';
  const bad = segments.find((part) => !segment.test(part) || part === '.' || part === '..');
  if (bad === undefined) return undefined;
  return 'parts of a path hold letters, digits, spaces and _ - . @ + ( ), and are not "." or ".."';
}

export const itemPath = z
  .string()
  .max(255)
  .superRefine((path, context) => {
    const problem = pathProblem(path);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  })
  .describe('path: u/<user>/<name> or f/<folder>/<name>');

export const scriptHash = z
  .string()
  .regex(/^[0-9a-f]{16}$/, '16 hexadecimal digits')
  .describe('hash of a version: 16 hexadecimal digits');

export const localHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a SHA-256 of 64 hexadecimal digits')
  .describe('SHA-256 of the content, which names it');

export const localScripts = z
  .record(itemPath, localHash)
  .describe('scripts as somebody’s own files hold them, by path; imports mean them');

export const language = z.enum(languages).describe(`language: ${languages.join(', ')}`);

// PostgreSQL cannot store NUL in text.
const noNul = (text: string): boolean => !text.includes('\0');

export const scriptContent = z
  .string()
  .max(4_000_000)
  .refine(noNul, 'source code may not hold a NUL character')
  .describe('source code');

const perms = z.record(z.string().max(100), z.boolean());

export const newScript = z.strictObject({
  path: itemPath,
  content: scriptContent,
  language,
  summary: z.string().max(1000).refine(noNul).default('').describe('one line'),
  description: z.string().max(50_000).refine(noNul).default('').describe('Markdown'),
  schema: z
    .record(z.string(), z.unknown())
    .nullish()
    .describe('JSON Schema of the arguments; inferred from main when absent or empty'),
  lock: z.string().max(4_000_000).nullish().describe('lock of the imports; resolved when absent'),
  kind: z.enum(scriptKinds).default('script').describe('script, failure, trigger, …'),
  parentHash: scriptHash.nullish().describe('the version that this one follows'),
  autoParent: z.boolean().default(false).describe('follow the current head, whatever it is'),
  skipIfNoop: z.boolean().default(false).describe('answer the head when nothing changed'),
  tag: z.string().max(100).nullish().describe('worker tag; the language when absent'),
  timeout: z.int().min(1).max(604_800).nullish().describe('seconds that a run may take'),
  isTemplate: z.boolean().default(false).describe('shown as a template'),
  extraPerms: perms.optional().describe('principal to write permission: {"g/ops": false}'),
  deploymentMessage: z.string().max(1000).nullish().describe('why this version'),
  wsErrorHandlerMuted: z.boolean().default(false).describe('no workspace error handler'),
  rerunOnCrash: z
    .boolean()
    .default(true)
    .describe('run again when the worker dies in mid-run; false fails the job instead'),
  isolation: z
    .enum(['warm', 'fresh'])
    .default('warm')
    .describe('warm reuses a process for runs of one person; fresh takes a new one each run'),
  extra: z
    .record(z.string(), z.unknown())
    .superRefine(refinePolicy)
    .default({})
    .describe('concurrent_limit, cache_ttl and the like; other Windmill fields are kept'),
});

export type NewScript = z.output<typeof newScript>;

export const script = z.object({
  workspaceId: z.string(),
  hash: z.string(),
  path: z.string(),
  parentHashes: z.array(z.string()),
  summary: z.string(),
  description: z.string(),
  content: z.string().optional(),
  createdBy: z.string(),
  createdAt: z.number(),
  archived: z.boolean(),
  deleted: z.boolean(),
  schema: z.record(z.string(), z.unknown()).optional(),
  isTemplate: z.boolean(),
  extraPerms: perms,
  lock: z.string().nullable().optional(),
  lockErrorLogs: z.string().nullable().optional(),
  language: z.string(),
  kind: z.string(),
  starred: z.boolean().optional(),
  tag: z.string().nullable(),
  timeout: z.number().nullable(),
  wsErrorHandlerMuted: z.boolean(),
  autoKind: z.string().nullable(),
  hasPreprocessor: z.boolean(),
  deploymentMsg: z.string().nullable(),
  rerunOnCrash: z.boolean(),
  isolation: z.enum(['warm', 'fresh']),
  extra: z.record(z.string(), z.unknown()),
});

/** One version. Lists leave `content`, `schema` and `lock` out. */
export type Script = z.output<typeof script>;
