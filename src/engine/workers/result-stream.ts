// The result that a script streams: lines that begin with Windmill's mark. They stay in the log,
// where followers read them; at the end they are part of the result.
import { resultStreamOf, type RunOutcome } from '../runners/index.ts';

export interface ResultStream {
  hear(text: string): void;
  /** The outcome with what was streamed: as the result, or beside one that is an object. */
  into(outcome: RunOutcome): RunOutcome;
}

export function createResultStream(): ResultStream {
  let streamed = '';
  let waiting = '';
  return {
    hear(text) {
      const end = text.lastIndexOf('\n') + 1;
      if (end === 0) {
        // A line without end is no line of a stream: only its beginning matters.
        waiting = (waiting + text).slice(0, 4_000_000);
        return;
      }
      streamed += resultStreamOf(waiting + text.slice(0, end));
      waiting = text.slice(end);
    },
    into(outcome) {
      if (!outcome.success || outcome.suspendJson !== undefined) return outcome;
      const all = streamed + resultStreamOf(waiting);
      if (all === '') return outcome;
      if (outcome.resultJson === 'null') return { ...outcome, resultJson: JSON.stringify(all) };
      const result: unknown = JSON.parse(outcome.resultJson);
      if (typeof result !== 'object' || result === null || Array.isArray(result)) return outcome;
      return { ...outcome, resultJson: JSON.stringify({ ...result, wm_stream: all }) };
    },
  };
}
