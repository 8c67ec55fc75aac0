// Which addresses of this server are MCP endpoints, and what OAuth calls them: the protected
// resource of RFC 9728 and the audience of RFC 8707.

/** The endpoint that belongs to no workspace in particular. */
export const anyAddress = '/mcp';

const one = /^\/(?:mcp|api\/mcp|api\/mcp\/gateway)$/;
const ofWorkspace = /^\/api\/mcp\/w\/([\w.-]{1,100})\/(?:mcp|sse)$/;

/** Windmill has an issuer for each workspace; its endpoints are other names of ours. */
export const issuerAliases = [
  '/api/w/:workspace/mcp/oauth/server',
  '/api/mcp/gateway/oauth/server',
] as const;

/** The MCP endpoint that such an issuer is for. */
export function resourceOfAlias(path: string): string | undefined {
  if (path.startsWith('/api/mcp/gateway/oauth/server/')) return '/api/mcp/gateway';
  const workspace = /^\/api\/w\/([\w.-]{1,100})\/mcp\/oauth\/server\//.exec(path)?.[1];
  return workspace === undefined ? undefined : `/api/mcp/w/${workspace}/mcp`;
}

/** The path of an MCP endpoint without its trailing slash; undefined when it is none. */
export function mcpPathOf(path: string): string | undefined {
  const plain = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  return one.test(plain) || ofWorkspace.test(plain) ? plain : undefined;
}

/** The workspace that an MCP endpoint is fixed to; undefined: any. */
export function workspaceOfPath(path: string): string | undefined {
  return ofWorkspace.exec(path)?.[1];
}

/**
 * The MCP endpoint that a `resource` parameter names: its path; null for this server as a whole;
 * undefined for what is not here.
 */
export function resourcePathOf(resource: string, origin: string): string | null | undefined {
  if (!URL.canParse(resource)) return undefined;
  const url = new URL(resource);
  if (url.origin !== origin || url.search !== '' || url.hash !== '') return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  return url.pathname === '/' ? null : mcpPathOf(url.pathname);
}

/**
 * Is a token made for `audience` (a path; null: any) good at `path`? A workspace's endpoint has two
 * names, the one of all workspaces three.
 */
export function audienceFits(audience: string | null, path: string): boolean {
  if (audience === null) return true;
  const [made, used] = [mcpPathOf(audience), mcpPathOf(path)];
  if (made === undefined || used === undefined) return false;
  return workspaceOfPath(made) === workspaceOfPath(used);
}
