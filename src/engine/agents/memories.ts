// What agents remember of earlier conversations, and who may see or erase it: whom the runs were
// permissioned as, and admins. Another person with the same memory id has another memory.
import { type Clock, notFound } from '../../base/index.ts';
import { readableBy } from '../../identity/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { retold } from './attachments.ts';
import type { Message } from './conversation.ts';
import {
  eraseMemory,
  keepMemory,
  listMemories,
  pruneMemories,
  recallMemory,
} from './memories.sql.ts';
import type { MemoryPage, MemoryRef, MemorySummary } from './memory.ts';

/** One memory, as a run uses it. */
export interface MemoryKey extends MemoryRef {
  workspace: string;
}

/** Of one run; a longer one is kept as its question and its answer. */
const maxUnits = 500_000;
/** The most runs that an owner is shown of one memory. */
const maxShown = 1000;

const valuesOf = ({ workspace, owner, flowPath, stepId, memoryId }: MemoryKey) => [
  workspace,
  owner,
  flowPath,
  stepId,
  memoryId,
];

function shortened(said: readonly Message[]): string {
  const json = JSON.stringify(said);
  if (json.length <= maxUnits) return json;
  const ends = [said[0], said.at(-1)].map((message) => {
    const content = message?.content;
    return typeof content === 'string'
      ? { ...message, content: content.slice(0, maxUnits / 4) }
      : message;
  });
  return JSON.stringify(ends);
}

/** The last `length` messages, from a question on: half a conversation is refused by providers. */
function lastOf(runs: readonly (readonly Message[])[], length: number): Message[] {
  const all = runs.toReversed().flat().slice(-length);
  const begin = all.findIndex(({ role }) => role === 'user');
  return begin < 0 ? [] : all.slice(begin);
}

export function createMemories({ db, clock }: { db: Database; clock: Clock }) {
  async function read(key: MemoryKey, { length, but }: { length: number; but: string | null }) {
    const values = [...valuesOf(key), but, length];
    const rows = await db.rows<{ messages: Message[] }>(recallMemory, values);
    return lastOf(
      rows.map(({ messages }) => messages),
      length,
    );
  }

  /** Throws `not_found` for what the caller may not see, as for what is not there. */
  function seen(call: Call, ref: MemoryRef): MemoryKey {
    const { all, principals } = readableBy(call.caller);
    if (!all && !principals.includes(ref.owner)) throw notFound('memory', ref.memoryId);
    return { ...ref, workspace: workspaceOf(call) };
  }

  return {
    /** What the runs before `job` said, `length` messages at most. */
    recall: (key: MemoryKey, { job, length }: { job: string; length: number }) =>
      read(key, { length, but: job }),

    /** Keeps what the run `job` said; again, when the run is tried again. */
    async keep(
      key: MemoryKey,
      { job, said, length }: { job: string; said: readonly Message[]; length: number },
    ): Promise<void> {
      const json = shortened(said.map(retold));
      await db.run(keepMemory, [...valuesOf(key), job, json, clock.now(), length]);
    },

    list(call: Call, { page, perPage }: MemoryPage): Promise<MemorySummary[]> {
      const { all, principals } = readableBy(call.caller);
      const values = [workspaceOf(call), all, principals, perPage, (page - 1) * perPage];
      return db.rows<MemorySummary>(listMemories, values);
    },

    async get(call: Call, ref: MemoryRef): Promise<{ messages: Message[] }> {
      const messages = await read(seen(call, ref), { length: maxShown, but: null });
      if (messages.length === 0) throw notFound('memory', ref.memoryId);
      return { messages };
    },

    async erase(call: Call, ref: MemoryRef): Promise<{ runs: number }> {
      const rows = await db.rows(eraseMemory, valuesOf(seen(call, ref)));
      if (rows.length === 0) throw notFound('memory', ref.memoryId);
      return { runs: rows.length };
    },

    /** Erases what was kept before that time. */
    async prune(before: number): Promise<void> {
      while ((await db.rows(pruneMemories, [before])).length > 0);
    },
  };
}

export type Memories = ReturnType<typeof createMemories>;
