// An approved tool as an action: what the model reads of it is the pinned definition without hidden
// characters, and a call of it goes out only while the server still means that definition.
import { isObject } from '../../base/index.ts';
import type { ArgumentCheck } from '../../base/index.ts';
import type { Action, Answer, InputSchema, JsonObject, RunContext } from '../action.ts';
import { classByHints, definitionOf } from './definition.ts';
import type { StoredTool } from './pins.ts';
import { visible, visibleIn } from './scan.ts';

function inputOf(key: string, schema: JsonObject, argumentCheck: ArgumentCheck): InputSchema {
  const { $schema: _, ...json } = schema;
  return {
    json: visibleIn(json),
    async check(params) {
      const given = isObject(params) ? params : {};
      const problems = await argumentCheck.check(key, schema, given);
      return problems ? { problems } : { params: given };
    },
  };
}

/** A tool as it was approved. */
export interface PinnedTool {
  name: string;
  digest: string;
  /** Looked at right before each call, however new the last look is. */
  changesThings: boolean;
}

export interface ToolActionDeps {
  argumentCheck: ArgumentCheck;
  limitMs: number;
  call: (tool: PinnedTool, context: RunContext) => Promise<Answer>;
}

/** Of a tool that is approved as it is; nothing is masked yet, and so nothing cut. */
export function toolAction(tool: StoredTool, deps: ToolActionDeps): Action {
  const definition = definitionOf(tool.seen);
  const { name, inputSchema } = definition;
  const actionClass = tool.class ?? classByHints(definition);
  const description = visible(definition.description).replaceAll(/\s+/g, ' ').trim();
  const properties = inputSchema['properties'];
  return {
    name,
    description: description || name,
    class: actionClass,
    input: inputOf(`mcp ${tool.seenDigest}`, inputSchema, deps.argumentCheck),
    curated: tool.listed,
    restoreIn: actionClass === 'read' || !isObject(properties) ? [] : Object.keys(properties),
    nameFields: ['name', 'displayName', 'full_name', 'author', 'assignee', 'owner'],
    limitMs: deps.limitMs,
    request: (params) => ({
      method: 'POST',
      path: '',
      json: { method: 'tools/call', params: { name, arguments: params } },
    }),
    run: (context) => {
      const changesThings = actionClass !== 'read';
      return deps.call({ name, digest: tool.seenDigest, changesThings }, context);
    },
  };
}
