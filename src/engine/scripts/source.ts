// The source of a workspace script, for another one that imports it. Only what the person who
// deploys may read: an import must not be a way round the permissions.
import { authorise, type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { Language, Script } from './script.ts';
import { selectHead } from './scripts.sql.ts';

export interface Source {
  content: string;
  language: Language;
}

export type SourceReader = (call: Call, path: string) => Promise<Source | undefined>;

export function createSourceReader(db: Database): SourceReader {
  return async (call, path) => {
    const head = await db.row<Script>(selectHead, [workspaceOf(call), path]);
    if (head?.content === undefined) return undefined;
    const { allowed } = authorise(
      call.caller,
      // Importing is part of writing: a token that may write scripts may read what it imports.
      { action: 'scripts:write', risk: 'read', tool: 'createScript' },
      { kind: 'scripts', path, extraPerms: head.extraPerms },
    );
    if (!allowed) return undefined;
    return { content: head.content, language: head.language as Language };
  };
}
