// Which workers a flow's steps run on: a flow with a tag takes its steps along. No I/O.
import type { FlowRun } from './runs.ts';

/** Of a flow without a tag: it goes on to nothing. */
export const flowTag = 'flow';

/** The tag that the flow gives on; undefined when it has none. */
function given({ row }: FlowRun): string | undefined {
  return row.tag === flowTag ? undefined : row.tag;
}

/** Of a script or sub-flow: its own tag first. `usual`: when neither has one. */
export function calledTag(run: FlowRun, own: string | null | undefined, usual: string): string {
  return own || (given(run) ?? usual);
}

/** Of code in the flow: the flow's tag first, unless the flow says that steps keep theirs. */
export function inlineTag(run: FlowRun, own: string | null | undefined, usual: string): string {
  if (run.source.value.preserve_step_tags) return calledTag(run, own, usual);
  return given(run) ?? (own || usual);
}
