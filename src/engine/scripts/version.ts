// What a version says, for telling whether anything changed, and the hash that names it.
import { isDeepStrictEqual } from 'node:util';
import { sha256 } from '../../base/index.ts';
import type { NewScript, Script } from './script.ts';

/** Everything about a version that a person can set, in one comparable shape. */
export type VersionFacts = Readonly<Record<string, unknown>>;

export function factsOf(
  said: NewScript,
  made: { schema: Record<string, unknown>; lock: string | null },
): VersionFacts {
  return {
    path: said.path,
    content: said.content,
    language: said.language,
    summary: said.summary,
    description: said.description,
    kind: said.kind,
    tag: said.tag ?? null,
    timeout: said.timeout ?? null,
    isTemplate: said.isTemplate,
    wsErrorHandlerMuted: said.wsErrorHandlerMuted,
    rerunOnCrash: said.rerunOnCrash,
    isolation: said.isolation,
    extra: said.extra,
    ...made,
  };
}

function storedFacts(head: Script): VersionFacts {
  return {
    path: head.path,
    content: head.content,
    language: head.language,
    summary: head.summary,
    description: head.description,
    kind: head.kind,
    tag: head.tag,
    timeout: head.timeout,
    isTemplate: head.isTemplate,
    wsErrorHandlerMuted: head.wsErrorHandlerMuted,
    rerunOnCrash: head.rerunOnCrash,
    isolation: head.isolation,
    extra: head.extra,
    schema: head.schema,
    lock: head.lock ?? null,
  };
}

/** Through JSON, so that absent and undefined do not count as change. */
function plain(facts: VersionFacts): unknown {
  return JSON.parse(JSON.stringify(facts));
}

export function saysTheSame(facts: VersionFacts, head: Script): boolean {
  return isDeepStrictEqual(plain(facts), plain(storedFacts(head)));
}

/** 64 bits of SHA-256 over workspace, parent and facts; 16 hex digits, as Windmill shows hashes. */
export function hashOfVersion(
  workspace: string,
  parent: string | null,
  facts: VersionFacts,
): string {
  return sha256(JSON.stringify([workspace, parent, facts])).slice(0, 16);
}
