// What an agent tells while it works, in Windmill's events: each a line of JSON in the streamed
// result of its turn. What tools gave is told by the turn that reads it.
import { streamLine } from '../runners/index.ts';
import { type FoundCall, isFailure, type Message } from './conversation.ts';

type Event =
  | { type: 'token_delta'; content: string }
  | { type: 'tool_call'; call_id: string; function_name: string }
  | { type: 'tool_call_arguments'; call_id: string; function_name: string; arguments: string }
  | {
      type: 'tool_result';
      call_id: string;
      function_name: string;
      result: string;
      success: boolean;
    };

/** Line breaks of a streamed text are written as `\n`, so no event may have that in it. */
const written = (event: Event): string =>
  JSON.stringify(event).replaceAll('\\\\', '\\u005c').replaceAll('\\n', '\\u000a');

export interface AgentStream {
  text(content: string): void;
  calls(calls: readonly FoundCall[]): void;
  results(history: readonly Message[]): void;
}

export function createAgentStream(onLog: (text: string) => void): AgentStream {
  const tell = (event: Event): void => onLog(streamLine(`${written(event)}\n`));
  return {
    text: (content) => tell({ type: 'token_delta', content }),
    calls(calls) {
      for (const { id, name, arguments: args } of calls) {
        const call = { call_id: id, function_name: name };
        tell({ type: 'tool_call', ...call });
        tell({ type: 'tool_call_arguments', ...call, arguments: args });
      }
    },
    results(history) {
      const from = history.findLastIndex(({ role }) => role === 'assistant');
      const asked = history[from];
      const calls = asked?.role === 'assistant' ? (asked.tool_calls ?? []) : [];
      for (const message of history.slice(from + 1)) {
        if (message.role !== 'tool') continue;
        const { tool_call_id: id, content: result } = message;
        const name = calls.find((call) => call.id === id)?.function.name ?? '';
        const success = !isFailure(message);
        tell({ type: 'tool_result', call_id: id, function_name: name, result, success });
      }
    },
  };
}
