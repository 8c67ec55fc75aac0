// The words of the MCP wire that this endpoint speaks: versions, reserved keys, error codes and
// shapes. No behaviour. Both eras: the stateless one (2026-07-28) and the handshake revisions.

import type { Icon } from './icons.ts';

export type JsonObject = Record<string, unknown>;
export type JsonSchema = JsonObject;

/** The stateless revision: every request names its version and capabilities in `params._meta`. */
export const modernVersion = '2026-07-28';

/**
 * The handshake revisions, newest first; the first is answered to an unknown one. Pinned here, so
 * that a newer SDK cannot widen what this endpoint promises.
 */
export const legacyVersions: readonly string[] = [
  '2025-11-25',
  '2025-06-18',
  '2025-03-26',
  '2024-11-05',
];

export const metaKeys = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  logLevel: 'io.modelcontextprotocol/logLevel',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
  subscriptionId: 'io.modelcontextprotocol/subscriptionId',
} as const;

/** JSON-RPC 2.0 section 5.1 and the range that MCP reserves. */
export const rpcCodes = {
  parseError: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internalError: -32_603,
  /** Transport trouble without a code of its own; clients do not interpret it. */
  transport: -32_000,
  /** The client lacks what the call needs; `data.requiredCapabilities` names it. */
  missingCapability: -32_021,
  /** The session of the header is over, or another's. */
  noSession: -32_001,
} as const;

export type RequestId = string | number;
export type Era = 'modern' | 'legacy';

export interface ToolAnnotations {
  title: string;
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

export interface ToolDefinition {
  name: string;
  title: string;
  description: string;
  inputSchema: JsonSchema;
  annotations: ToolAnnotations;
  icons?: Icon[];
}

export type ResourceContents = { uri: string; mimeType: string } & (
  | { text: string }
  | { blob: string }
);

export type ContentBlock =
  | { type: 'text'; text: string }
  | { type: 'image' | 'audio'; data: string; mimeType: string }
  | { type: 'resource'; resource: ResourceContents }
  | { type: 'resource_link'; uri: string; name: string; title?: string; mimeType?: string };

export interface ToolResult {
  content: ContentBlock[];
  structuredContent?: unknown;
  isError?: boolean;
  _meta?: JsonObject;
}

/** A refusal in the protocol's own terms; refusals by a tool are results with `isError`. */
export interface RpcError {
  code: number;
  message: string;
  data?: JsonObject;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An error answer; `id` is null where the request's id could not be read. */
export function rpcErrorBody(id: RequestId | null, error: RpcError): string {
  return JSON.stringify({ jsonrpc: '2.0', error, id });
}
