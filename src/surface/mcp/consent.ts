// What makes a call one of a conversation, so that the door asks before it does what is high risk;
// and the argument with which such a call comes back when the person agreed.
import { type Call, type Caller, confirmation } from '../../operation/index.ts';
import type { JsonObject } from './protocol.ts';
import type { Tool } from './tool.ts';

interface Conversing {
  args: JsonObject;
  interactive: Call['interactive'];
}

/** Nobody is there to agree to what a job calls. A wrong id is the door's to refuse. */
export function conversing(tool: Tool, given: JsonObject, caller: Caller): Conversing {
  if (tool.asksFirst !== true) return { args: given, interactive: undefined };
  const { [confirmation.argument]: id, ...args } = given;
  if (caller.jobId !== null) return { args, interactive: undefined };
  // What is no text is no id either.
  const confirmed = typeof id === 'string' ? id : '';
  const answer = id === undefined || id === null ? {} : { confirmation: confirmed };
  return { args, interactive: { tool: tool.definition.name, ...answer } };
}
