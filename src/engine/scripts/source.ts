// The source of a workspace script, for another one that imports it. Only what the person who
// deploys may read: an import must not be a way round the permissions.
import { authorise, type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { localContent, type LocalScripts } from './local.ts';
import type { Language, Script } from './script.ts';
import { selectHead } from './scripts.sql.ts';

export interface Source {
  content: string;
  language: Language;
}

/** Local scripts that stand before the deployed ones; they are in the importer's language. */
export interface LocalImports {
  scripts: LocalScripts | undefined;
  language: Language;
}

export type SourceReader = (
  call: Call,
  path: string,
  local?: LocalImports,
) => Promise<Source | undefined>;

export function createSourceReader(db: Database): SourceReader {
  return async (call, path, local) => {
    if (local?.scripts && Object.hasOwn(local.scripts, path)) {
      const hash = local.scripts[path] ?? '';
      return { content: await localContent(db, call, { path, hash }), language: local.language };
    }
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
