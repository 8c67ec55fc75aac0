// What the fixtures of the conformance suite are made of.
import type { ContentBlock, JsonObject, ToolResult } from '../protocol.ts';
import type { Invocation } from '../tool.ts';

/** One red pixel. */
export const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC';

type Run = (invocation: Invocation) => Promise<ToolResult> | ToolResult;

export interface Fixture {
  name: string;
  description: string;
  needs?: 'sampling';
  inputSchema?: JsonObject;
  run: Run;
}

export const says = (text: string): ToolResult => ({ content: [{ type: 'text', text }] });

export const image: ContentBlock = { type: 'image', data: png, mimeType: 'image/png' };

export function embedded(uri: string, mimeType: string, text: string): ContentBlock {
  return { type: 'resource', resource: { uri, mimeType, text } };
}
