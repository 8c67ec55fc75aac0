// Which version a new one follows. The lineage of a path is linear: a new version follows the
// head, or says by `autoParent` that it follows whatever the head is.
import { AppError } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { NewScript, Script } from './script.ts';
import { selectByHash, selectHead, selectNewest } from './scripts.sql.ts';

export interface Parent {
  /** Null for the first version of a path; may be of another path when the script moves. */
  script: Script | null;
  /** The direct parent first, then its parents. */
  hashes: string[];
}

const maxParents = 100;

/** The refusal of a deploy on anything but the head. */
export function staleParent(path: string, head: Script | undefined): AppError {
  return new AppError(
    'conflict',
    head
      ? `Path conflict for ${path}: its newest version is ${head.hash}; the lineage must be linear.`
      : `Path conflict for ${path}: somebody deployed it at the same time.`,
    {
      hint: head
        ? `Read that version, then send parent_hash ${head.hash} (or auto_parent: true).`
        : 'Read the newest version and deploy again.',
    },
  );
}

/** The refusal of a parent that is not there, or not the caller's to see. */
export function noSuchParent(hash: string): AppError {
  return new AppError('invalid_input', `There is no version ${hash} to follow.`, {
    hint: 'Leave parent_hash out for a new path, or send the hash of its head.',
  });
}

function following(script: Script): Parent {
  return { script, hashes: [script.hash, ...script.parentHashes].slice(0, maxParents) };
}

/** Throws `conflict` when the parent is not the head, `invalid_input` when there is no such one. */
export async function findParent(
  db: Database,
  workspace: string,
  wanted: Pick<NewScript, 'path' | 'parentHash' | 'autoParent'>,
): Promise<Parent> {
  const head = await db.row<Script>(selectHead, [workspace, wanted.path]);
  const asked = wanted.parentHash ?? null;
  if (head) {
    if (asked === head.hash || wanted.autoParent) return following(head);
    throw staleParent(wanted.path, head);
  }
  if (asked === null) {
    // An archived path comes back as the successor of what it was.
    const archived = await db.row<Script>(selectNewest, [workspace, wanted.path]);
    return archived ? following(archived) : { script: null, hashes: [] };
  }
  const parent = await db.row<Script>(selectByHash, [workspace, asked]);
  if (parent) return following(parent);
  throw noSuchParent(asked);
}
