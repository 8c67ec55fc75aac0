// Whose streams are the streamed result of a job: its own, of a flow the one of its last step, of
// an agent those of its turns, one after the other.
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { flowKinds } from './job.ts';
import { selectVisibility } from './jobs.sql.ts';

interface Node {
  kind: string;
  flowStatus: unknown;
}

interface Step {
  id: string;
  job?: string;
  /** Of an agent's tool. */
  call?: string;
}

const stepsOf = ({ flowStatus }: Node): Step[] =>
  (flowStatus as { modules?: Step[] } | null)?.modules ?? [];

export interface StreamSources {
  /** The jobs whose logs hold the stream, in order. */
  sources: string[];
  /** The flows and agents on the way there. */
  around: string[];
}

/** As deep as flows may call each other. */
const maxDepth = 60;

/** `seen` is the job of `id`; steps of a flow are seen by who sees the flow. */
export async function streamSources(
  db: Database,
  call: Call,
  { id: start, seen }: { id: string; seen: Node },
): Promise<StreamSources> {
  const around: string[] = [];
  let [id, node]: [string, Node] = [start, seen];
  while (around.length < maxDepth && flowKinds.some((kind) => kind === node.kind)) {
    around.push(id);
    const modules = stepsOf(node);
    const turns = modules.filter((step) => step.id === 'turn' && step.call === undefined);
    if (node.kind === 'aiagent') return { sources: turns.flatMap(({ job }) => job ?? []), around };
    const last = modules.at(-1)?.job;
    const found = last && (await db.row<Node>(selectVisibility, [last, workspaceOf(call)]));
    if (!found) return { sources: [], around };
    [id, node] = [last, found];
  }
  return { sources: [id], around };
}
