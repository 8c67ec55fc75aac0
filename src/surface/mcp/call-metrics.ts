// Counts tool calls. Scripts and flows are counted together, because their names say what a company
// does, and the action of a service only where there is one of this name.
import { type Metrics, monotonicMs } from '../../base/index.ts';
import { clientFamily } from './client-name.ts';
import type { CallTool, ToolAnswer, ToolCall } from './call-tool.ts';
import { isObject } from './protocol.ts';

const ofService = /^[a-z0-9_]+_(?:read|write)_actions$/;

function isError(answer: ToolAnswer): boolean {
  return 'error' in answer || (isObject(answer.result) && answer.result['isError'] === true);
}

/** `endpoints`: the names of the product's own tools. */
export function createCallMetrics(
  metrics: Metrics | undefined,
  endpoints: ReadonlySet<string>,
): (call: CallTool) => CallTool {
  if (!metrics) return (call) => call;
  const requests = metrics.counter('millrace_mcp_requests_total', 'Calls of tools.', [
    'tool_name',
    'action',
    'status',
    'client_type',
  ]);
  const durations = metrics.durations(
    'millrace_mcp_request_duration_seconds',
    'Calls of tools, with what they wait for.',
    ['tool_name'],
  );

  function nameOf({ name }: ToolCall, answer: ToolAnswer): string {
    if ('error' in answer) return 'unknown';
    return endpoints.has(name) || ofService.test(name) ? name : 'script or flow';
  }

  function actionOf({ name, args }: ToolCall, failed: boolean): string {
    const { action } = args;
    const isKnown = !failed && typeof action === 'string' && ofService.test(name);
    return isKnown ? action : '';
  }

  return (call) => async (wanted) => {
    const beganMs = monotonicMs();
    const answer = await call(wanted);
    const failed = isError(answer);
    const name = nameOf(wanted, answer);
    const family = clientFamily(wanted.clientName);
    requests.add(name, actionOf(wanted, failed), failed ? 'error' : 'success', family);
    durations.observe(monotonicMs() - beganMs, name);
    return answer;
  };
}
